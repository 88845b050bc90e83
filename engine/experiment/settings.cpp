#include "experiment/settings.h"

#include <algorithm>

#include "base/error.h"

namespace lnn::experiment {
namespace {

void flatten_into(Settings& settings, const Json& object, const std::string& prefix,
                  const std::string& where) {
  for (const auto& [name, value] : object.items()) {
    const std::string key = prefix + name;
    if (value.is_object()) {
      flatten_into(settings, value, key + ".", where);
    } else if (!settings.emplace(key, value).second) {
      throw_user_error("{}: {} is given twice (nested and dotted). Keep one of them.", where, key);
    }
  }
}

Json::json_pointer pointer_to(std::string key) {
  std::replace(key.begin(), key.end(), '.', '/');
  return Json::json_pointer("/" + key);
}

}  // namespace

Settings flatten(const Json& object, const std::string& where) {
  if (!object.is_object()) {
    throw_user_error("{}: {} is not an object of settings. Write {{\"key\": value, ...}}.", where,
                     object.dump());
  }
  Settings settings;
  flatten_into(settings, object, "", where);
  return settings;
}

Json nest(const Settings& settings) {
  Json nested = Json::object();
  for (const auto& [key, value] : settings) nested[pointer_to(key)] = value;
  return nested;
}

const Json* find_value(const Json& nested, const std::string& key) {
  const auto pointer = pointer_to(key);
  return nested.contains(pointer) ? &nested.at(pointer) : nullptr;
}

Settings merged(Settings settings, const Settings& stronger) {
  for (const auto& [key, value] : stronger) settings[key] = value;
  return settings;
}

Json parse_overrides(const std::vector<std::string>& assignments) {
  Json overrides = Json::object();
  for (const std::string& assignment : assignments) {
    const auto equal = assignment.find('=');
    if (equal == std::string::npos || equal == 0) {
      throw_user_error("--set {}: not an assignment. Write key=value, e.g. --set network.width=64.",
                       assignment);
    }
    const std::string key = assignment.substr(0, equal);
    const std::string text = assignment.substr(equal + 1);
    if (overrides.contains(key)) throw_user_error("--set {}: given twice. Keep one of them.", key);
    Json value = Json::parse(text, nullptr, false);
    overrides[key] = value.is_discarded() ? Json(text) : std::move(value);
  }
  return overrides;
}

std::string to_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::vector<std::string> to_texts(const std::vector<Json>& values) {
  std::vector<std::string> texts;
  texts.reserve(values.size());
  for (const Json& value : values) texts.push_back(to_text(value));
  return texts;
}

}  // namespace lnn::experiment
