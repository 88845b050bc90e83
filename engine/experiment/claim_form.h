#pragma once

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/names.h"
#include "experiment/settings.h"

/// The form of a published claim in an experiment file (experiments/README.md, "Claims").
namespace lnn::experiment {

/// What a claim says about its groups of arms.
enum class Comparison {
  lower,      ///< `of` lies below `against`
  higher,     ///< `of` lies above `against`
  similar,    ///< both agree within a factor 1 + tolerance
  reduction,  ///< `of` lies `published` percent below `against`, within tolerance percentage points
  value,      ///< `of` is what was published, within the spread of seeds
  at_most,    ///< `of` does not exceed `published`
  at_least,   ///< `of` is not below `published`
  order       ///< the groups in `of` ascend
};

/// What stands for a group of trials.
enum class Statistic { mean, geometric_mean, median };

/// Does the claim have a second group, `against`?
bool has_against(Comparison comparison);
/// Does the claim have a published number?
bool has_published(Comparison comparison);
/// The tolerance of claims that give none: relative for `similar` and `value`, percentage points for
/// `reduction`; nothing for comparisons that have no tolerance.
std::optional<double> default_tolerance(Comparison comparison);

/// Checks the `claims` of an experiment file whose sweep is already checked: fields, metric, groups that
/// occur, and that each comparison has what it needs and nothing that it would not read. Throws UserError,
/// prefixed with `where` (the file).
void check_claims(const Json& file, const std::string& where);

}  // namespace lnn::experiment

namespace lnn {
template <>
struct EnumNames<experiment::Comparison> {
  using E = experiment::Comparison;
  static constexpr const char* what = "comparison";
  static constexpr std::array table{std::pair{E::lower, "lower"},       std::pair{E::higher, "higher"},
                                    std::pair{E::similar, "similar"},   std::pair{E::reduction, "reduction"},
                                    std::pair{E::value, "value"},       std::pair{E::at_most, "at_most"},
                                    std::pair{E::at_least, "at_least"}, std::pair{E::order, "order"}};
};

template <>
struct EnumNames<experiment::Statistic> {
  using E = experiment::Statistic;
  static constexpr const char* what = "statistic";
  static constexpr std::array table{std::pair{E::mean, "mean"},
                                    std::pair{E::geometric_mean, "geometric_mean"},
                                    std::pair{E::median, "median"}};
};
}  // namespace lnn
