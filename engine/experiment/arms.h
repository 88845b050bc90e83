#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "experiment/settings.h"

/// The arms of an experiment: every combination of cases, zip and grid, before seeds and settings are
/// resolved.
namespace lnn::experiment {

/// The key under which an arm, a table's row or an exclusion names a case.
inline constexpr const char* case_key = "case";
inline constexpr const char* seed_key = "network.seed";

/// Swept key -> value as the file writes it, with the case's label under "case".
using Arm = Settings;

/// All arms, cases outermost, then zip, then grid (keys in alphabetical order, the last one fastest).
/// Exclusions are not yet applied. `file` must be a checked experiment file.
std::vector<Arm> all_arms(const Json& file);

/// Every value that a swept key (or "case") takes in some arm that sets it, in order, without repetitions.
std::map<std::string, std::vector<Json>> swept_values(const Json& file);

/// True when the arm and seed match every entry of one of the exclusions; an entry's value may be a list of
/// alternatives.
bool excluded(const Arm& arm, std::uint64_t seed, const Json& exclusions);

/// Names arms for people.
class ArmLabels {
 public:
  explicit ArmLabels(const Json& file);
  /// The case's label, then the swept values: "gelu, custom", "lambda 10".
  std::string of(const Arm& arm) const;

 private:
  std::string name_;                // of the experiment, for an arm of which nothing is swept
  std::set<std::string> combined_;  // keys of zip and grid
};

}  // namespace lnn::experiment
