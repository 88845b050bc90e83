#include "analysis/arm_group.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lnn::analysis {
namespace {

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

}  // namespace

std::string value_text(const Json& value) {
  if (value.is_string()) return value;
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> parts;
  for (const Json& part : value) parts.push_back(value_text(part));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

bool ArmGroup::contains(const Json& swept) const {
  return std::ranges::all_of(values, [&swept](const auto& entry) {
    const auto& [key, allowed] = entry;
    return swept.contains(key) && allowed.contains(value_text(swept.at(key)));
  });
}

ArmGroup parse_arm_group(const Json& where, const std::map<std::string, std::vector<Json>>& axes) {
  ArmGroup group{where, {}, {}};
  std::vector<std::string> labels;
  for (const auto& [key, pattern] : experiment::flatten(where, "group")) {
    const std::vector<Json> alternatives = alternatives_of(pattern, axes.at(key));
    for (const Json& value : alternatives) group.values[key].insert(value_text(value));
    labels.push_back(label_of(key, alternatives));
  }
  group.label = labels.empty() ? "all arms" : fmt::format("{}", fmt::join(labels, ", "));
  return group;
}

}  // namespace lnn::analysis
