#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "experiment/settings.h"

/// Groups of arms, as tables and claims of an experiment file name them.
namespace lnn::analysis {

using experiment::Json;

/// Texts as they are, numbers in their shortest form (1 and 1.0 are both "1"), lists as "[0, 2pi]". Two
/// values are the same value of a swept key exactly when their texts are equal.
std::string value_text(const Json& value);

/// A group of arms: those whose swept keys have one of the given values.
struct ArmGroup {
  Json where;         ///< as the file writes it
  std::string label;  ///< for people: "gelu, lambda 1 or 10"; "all arms"
  /// Swept key (or "case") -> texts (value_text) of the values that belong to the group.
  std::map<std::string, std::set<std::string>> values;

  /// `swept` is that of a planned trial (experiment/experiment_file.h).
  bool contains(const Json& swept) const;
};

/// `axes` has the values of every swept key of the experiment (experiment/arms.h): a list in `where` is one
/// of them, or a list of alternatives. Precondition: the keys of `where` are among them.
ArmGroup parse_arm_group(const Json& where, const std::map<std::string, std::vector<Json>>& axes);

}  // namespace lnn::analysis
