#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/compare_trials.h"

/// Why two trials ended differently.
namespace lnn::audit {

/// What the first difference of their numbers speaks for.
enum class Cause {
  none,           ///< bitwise equal
  configuration,  ///< they were asked to do different things
  rounding,       ///< the same thing, computed in another order or precision
  start,          ///< data or initial weights are not the same, although the configurations are
  ending,         ///< the numbers agree as far as they go: one was stopped, crashed or has other facts
};

struct Explanation {
  Cause cause = Cause::none;
  std::vector<Difference> settings;     ///< of the configurations
  std::vector<FactDifference> facts;    ///< of the provenances
  std::vector<Difference> differences;  ///< of everything else
  std::optional<double> untrained;      ///< relative difference of the untrained networks' losses; 0: none
  std::optional<Difference> parting;    ///< where the histories part
  std::optional<std::size_t> visible_epoch;  ///< first epoch in which a validation loss differs by over 1 %
};

/// Below this relative size a first difference is one of rounding: far above what float32 sums make of
/// another order of terms, far below what other data or weights do.
inline constexpr double rounding_limit = 1e-3;

Explanation explain(const store::TrialRecord& first, const store::TrialRecord& second);

/// The stable form for other programs:
/// {"schema_version": 1, "first": {"id", "outcome", "reason", "epochs", "best_val_total", "final_val_total"},
///  "second": {same}, "cause": "none", "configuration", "rounding", "start" or "ending", "settings": [...],
///  "provenance": [...], "untrained_relative" (or null), "parting": {...} or null, "visible_epoch" (or null),
///  "differences": [...]}; differences as in audit/comparison_json.h. Losses that are not known are null.
nlohmann::json to_json(const Explanation& explanation, const store::TrialRecord& first,
                       const store::TrialRecord& second);

/// The same for people, several lines. The names stand for the two trials.
std::string to_text(const Explanation& explanation, const store::TrialRecord& first,
                    const store::TrialRecord& second, const std::string& first_name,
                    const std::string& second_name);

}  // namespace lnn::audit

namespace lnn {
template <>
struct EnumNames<audit::Cause> {
  using E = audit::Cause;
  static constexpr const char* what = "cause";
  static constexpr std::array table{std::pair{E::none, "none"}, std::pair{E::configuration, "configuration"},
                                    std::pair{E::rounding, "rounding"}, std::pair{E::start, "start"},
                                    std::pair{E::ending, "ending"}};
};
}  // namespace lnn
