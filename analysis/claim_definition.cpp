#include "analysis/claim_definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "experiment/arms.h"

namespace lnn::analysis {
namespace {

using Axes = std::map<std::string, std::vector<Json>>;

std::vector<ArmGroup> parse_groups(const Json& claim, const Axes& axes) {
  std::vector<ArmGroup> groups;
  const Json& of = claim.at("of");
  const Json listed = of.is_array() ? of : Json::array({of});
  for (const Json& group : listed) groups.push_back(parse_arm_group(group, axes));
  if (claim.contains("against")) groups.push_back(parse_arm_group(claim.at("against"), axes));
  return groups;
}

std::vector<double> parse_published(const Json& claim) {
  if (!claim.contains("published")) return {};
  const Json& published = claim.at("published");
  if (published.is_array()) return published.get<std::vector<double>>();
  return {published.get<double>()};
}

ClaimDefinition parse_claim(const Json& claim, const Json& experiment, const Axes& axes) {
  const auto comparison = from_name<Comparison>(claim.at("comparison").get<std::string>());
  std::optional<double> tolerance = experiment::default_tolerance(comparison);
  if (tolerance) tolerance = claim.value("tolerance", *tolerance);
  return {.experiment = experiment.at("name"),
          .name = claim.at("name"),
          .statement = claim.at("statement"),
          .paper = claim.value("paper", ""),
          .note = claim.value("note", ""),
          .metric = claim.at("metric"),
          .comparison = comparison,
          .groups = parse_groups(claim, axes),
          .published = parse_published(claim),
          .tolerance = tolerance,
          .statistic = from_name<Statistic>(claim.value("statistic", "mean")),
          .scales = claim.at("scales")};
}

}  // namespace

std::vector<ClaimDefinition> claim_definitions(const Json& experiment) {
  std::vector<ClaimDefinition> claims;
  try {
    const Axes axes = experiment::swept_values(experiment);
    for (const Json& claim : experiment.value("claims", Json::array())) {
      claims.push_back(parse_claim(claim, experiment, axes));
    }
  } catch (const std::exception& error) {
    throw_environment_error(
        "the plan's experiment '{}': damaged claim ({}). Run the sweep again with its experiment file.",
        experiment.value("name", "?"), error.what());
  }
  return claims;
}

}  // namespace lnn::analysis
