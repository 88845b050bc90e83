#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/arm_group.h"
#include "experiment/claim_form.h"

/// What a claim compares, as the `claims` of an experiment file say (format: experiments/README.md).
namespace lnn::analysis {

using experiment::Comparison;
using experiment::Statistic;

struct ClaimDefinition {
  std::string experiment;
  std::string name;
  std::string statement;
  std::string paper;  ///< or empty
  std::string note;   ///< or empty
  std::string metric;
  Comparison comparison = Comparison::lower;
  std::vector<ArmGroup> groups;   ///< `of` (all of them for "order"), then `against` where there is one
  std::vector<double> published;  ///< empty where the claim has no number; several only for "value"
  std::optional<double> tolerance;
  Statistic statistic = Statistic::mean;
  std::vector<std::string> scales;
};

/// The claims of one experiment file's text, in its order. Throws EnvironmentError naming the experiment when
/// a definition is damaged (experiment files are checked when they are read).
std::vector<ClaimDefinition> claim_definitions(const Json& experiment);

}  // namespace lnn::analysis
