#include "analysis/claim_definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.h"
#include "experiment/arms.h"

namespace lnn::analysis {
namespace {

using Axes = std::map<std::string, std::vector<Json>>;

// A list is one value of the key, or a list of alternatives.
std::vector<Json> alternatives_of(const Json& pattern, const std::vector<Json>& known) {
  const bool is_value = std::ranges::find(known, pattern) != known.end();
  return is_value || !pattern.is_array() ? std::vector<Json>{pattern} : pattern.get<std::vector<Json>>();
}

// Texts speak for themselves; "1" needs its key.
std::string label_of(const std::string& key, const std::vector<Json>& alternatives) {
  std::vector<std::string> texts;
  for (const Json& value : alternatives) texts.push_back(value_text(value));
  const std::string name = alternatives.at(0).is_string() ? "" : key.substr(key.rfind('.') + 1) + " ";
  return fmt::format("{}{}", name, fmt::join(texts, " or "));
}

ArmGroup parse_group(const Json& where, const Axes& axes) {
  ArmGroup group{where, {}, {}};
  std::vector<std::string> labels;
  for (const auto& [key, pattern] : experiment::flatten(where, "claims")) {
    const std::vector<Json> alternatives = alternatives_of(pattern, axes.at(key));
    for (const Json& value : alternatives) group.values[key].insert(value_text(value));
    labels.push_back(label_of(key, alternatives));
  }
  group.label = labels.empty() ? "all arms" : fmt::format("{}", fmt::join(labels, ", "));
  return group;
}

std::vector<ArmGroup> parse_groups(const Json& claim, const Axes& axes) {
  std::vector<ArmGroup> groups;
  const Json& of = claim.at("of");
  const Json listed = of.is_array() ? of : Json::array({of});
  for (const Json& group : listed) groups.push_back(parse_group(group, axes));
  if (claim.contains("against")) groups.push_back(parse_group(claim.at("against"), axes));
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

bool ArmGroup::contains(const Json& swept) const {
  return std::ranges::all_of(values, [&swept](const auto& entry) {
    const auto& [key, allowed] = entry;
    return swept.contains(key) && allowed.contains(value_text(swept.at(key)));
  });
}

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
