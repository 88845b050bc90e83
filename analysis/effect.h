#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/bootstrap.h"
#include "base/names.h"
#include "experiment/claim_form.h"

/// How far groups of trials lie apart, with what other seeds could have given.
namespace lnn::analysis {

using experiment::Statistic;

/// The values of one group of arms: network seed -> value of each trial with it. An infinity, whichever is
/// the worse one, stands for a trial that ended without a value. Never NaN.
using Sample = std::map<std::uint64_t, std::vector<double>>;

/// With fewer seeds an interval would only pretend to be one.
inline constexpr std::size_t fewest_seeds = 3;

enum class EffectKind {
  level,              ///< the group's statistic itself
  difference,         ///< of - against
  ratio,              ///< of / against
  reduction_percent,  ///< 100 (1 - of / against)
  ratio_to_published  ///< of / published; the interval is where a published value is expected
};

struct Effect {
  EffectKind kind = EffectKind::level;
  double estimate = 0;
  std::optional<Interval>
      interval;              ///< 95 % unless asked otherwise; none with fewer than fewest_seeds in a group
  bool paired = false;       ///< both groups have the same seeds, which were drawn together
  double confidence = 0.95;  ///< of the interval
};

/// Precondition: values is not empty; all positive for the geometric mean; finite unless for the median.
double statistic_of(std::span<const double> values, Statistic statistic);

/// All values of all seeds, by seed.
std::vector<double> all_values(const Sample& sample);

/// The group's statistic over all trials. Seeds are drawn with replacement, each with all its trials (BCa
/// bootstrap). Precondition: the sample is not empty.
Effect level_of(const Sample& of, Statistic statistic);

/// A comparison of two groups (kind difference, ratio or reduction_percent). Where both have the same seeds,
/// these are drawn for both together: arms of one seed start from the same random numbers and see the same
/// samples in the same order. Equal statistics have difference 0 and ratio 1, also when both are infinite or
/// zero. `confidence` is that of the interval. Precondition: neither sample is empty.
Effect effect_of(const Sample& of, const Sample& against, EffectKind kind, Statistic statistic,
                 double confidence = 0.95);

/// Our mean over the published one, with the 95 % prediction interval for the mean of as many further seeds
/// as values are published: mean ± t s sqrt(1/n + 1/k), with the standard deviation s between the n seeds'
/// means and Student's t of n - 1 degrees of freedom; on logarithms for the geometric mean. The interval
/// reaches at least `tolerance` times the mean to both sides. Precondition: finite values, positive
/// `published`, mean or geometric mean.
Effect ratio_to_published(const Sample& of, std::span<const double> published, Statistic statistic,
                          double tolerance);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::EffectKind> {
  using E = analysis::EffectKind;
  static constexpr const char* what = "effect";
  static constexpr std::array table{std::pair{E::level, "level"}, std::pair{E::difference, "difference"},
                                    std::pair{E::ratio, "ratio"},
                                    std::pair{E::reduction_percent, "reduction_percent"},
                                    std::pair{E::ratio_to_published, "ratio_to_published"}};
};
}  // namespace lnn
