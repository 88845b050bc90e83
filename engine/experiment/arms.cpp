#include "experiment/arms.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lnn::experiment {
namespace {

std::vector<Arm> case_arms(const Json& file) {
  std::vector<Arm> arms;
  for (const Json& row : file.value("cases", Json::array())) {
    Arm arm = flatten(row.at("set"), "cases");
    arm[case_key] = row.at("label");
    arms.push_back(std::move(arm));
  }
  return arms.empty() ? std::vector<Arm>{Arm{}} : arms;
}

std::vector<Arm> zip_arms(const Json& file) {
  const Settings lists = flatten(file.value("zip", Json::object()), "zip");
  if (lists.empty()) return {Arm{}};
  std::vector<Arm> arms(lists.begin()->second.size());
  for (const auto& [key, values] : lists) {
    for (std::size_t i = 0; i < arms.size(); ++i) arms[i][key] = values[i];
  }
  return arms;
}

std::vector<Arm> product(const std::vector<Arm>& slow, const std::vector<Arm>& fast) {
  std::vector<Arm> arms;
  for (const Arm& left : slow) {
    for (const Arm& right : fast) arms.push_back(merged(left, right));
  }
  return arms;
}

std::vector<Arm> grid_arms(const Json& file) {
  std::vector<Arm> arms{Arm{}};
  for (const auto& [key, values] : flatten(file.value("grid", Json::object()), "grid")) {
    std::vector<Arm> axis;
    for (const Json& value : values) axis.push_back({{key, value}});
    arms = product(arms, axis);
  }
  return arms;
}

bool matches(const Json& value, const Json& pattern) {
  return value == pattern || (pattern.is_array() && std::ranges::find(pattern, value) != pattern.end());
}

std::string short_text(const std::string& key, const Json& value) {
  if (value.is_string()) return value;
  std::string text = value.dump();
  std::erase(text, '"');
  return fmt::format("{} {}", key.substr(key.rfind('.') + 1), text);
}

}  // namespace

std::vector<Arm> all_arms(const Json& file) {
  return product(case_arms(file), product(zip_arms(file), grid_arms(file)));
}

std::map<std::string, std::vector<Json>> swept_values(const Json& file) {
  std::map<std::string, std::vector<Json>> values;
  std::map<std::string, std::set<Json>> known;
  for (const Arm& arm : all_arms(file)) {
    for (const auto& [key, value] : arm) {
      if (known[key].insert(value).second) values[key].push_back(value);
    }
  }
  return values;
}

bool excluded(const Arm& arm, std::uint64_t seed, const Json& exclusions) {
  const auto applies = [&](const Json& exclusion) {
    return std::ranges::all_of(flatten(exclusion, "exclude"), [&](const auto& entry) {
      const auto& [key, pattern] = entry;
      if (key == seed_key) return matches(seed, pattern);
      const auto own = arm.find(key);
      return own != arm.end() && matches(own->second, pattern);
    });
  };
  return std::ranges::any_of(exclusions, applies);
}

ArmLabels::ArmLabels(const Json& file) : name_(file.at("name")) {
  for (const char* section : {"zip", "grid"}) {
    for (const auto& [key, values] : flatten(file.value(section, Json::object()), section))
      combined_.insert(key);
  }
}

std::string ArmLabels::of(const Arm& arm) const {
  // A case's own settings say less than its label; only what is combined with it is added.
  std::vector<std::string> parts;
  if (arm.contains(case_key)) parts.push_back(arm.at(case_key));
  for (const auto& [key, value] : arm) {
    if (combined_.contains(key)) parts.push_back(short_text(key, value));
  }
  return parts.empty() ? name_ : fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace lnn::experiment
