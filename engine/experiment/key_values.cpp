#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/split.hpp>
#include <cmath>

#include "base/error.h"
#include "base/names.h"
#include "experiment/box.h"
#include "experiment/keys.h"

namespace lnn::experiment {
namespace {

bool in_range(const Key& key, double number) {
  const bool above = key.low_allowed ? number >= key.low : number > key.low;
  const bool below = key.high_allowed ? number <= key.high : number < key.high;
  return above && below;
}

[[noreturn]] void refuse(const Key& key, const Json& value, const std::string& where) {
  throw_user_error("{}: {}: {} is not allowed. Give {}.", where, key.path, value.dump(), allowed_values(key));
}

Json canonical_integer(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_number()) refuse(key, value, where);
  const double number = value.get<double>();
  if (std::trunc(number) != number || !in_range(key, number)) refuse(key, value, where);
  return static_cast<std::int64_t>(number);
}

Json canonical_real(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_number()) refuse(key, value, where);
  // Adding 0.0 turns -0.0 into 0.0, so that both spell the same trial.
  const double number = value.get<double>() + 0.0;
  if (!in_range(key, number)) refuse(key, value, where);
  return number;
}

void require_name(const Key& key, const std::string& name, const std::string& where) {
  if (std::ranges::find(key.names, name) == key.names.end()) {
    throw_unknown_name(where + ": " + key.path, name, key.names);
  }
}

Json canonical_name(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_string()) refuse(key, value, where);
  if (key.type == KeyType::name) {
    require_name(key, value, where);
  } else {
    for (const std::string& branch : branch_names(value)) require_name(key, branch, where);
  }
  return value;
}

std::vector<std::string> phase_key_names() {
  std::vector<std::string> names;
  for (const Key& key : phase_keys()) names.push_back(key.path);
  return names;
}

Json canonical_phases(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_array()) refuse(key, value, where);
  const auto names = phase_key_names();
  Json phases = Json::array();
  for (const Json& entry : value) {
    if (!entry.is_object()) refuse(key, value, where);
    const std::string place = fmt::format("{}: {}[{}]", where, key.path, phases.size());
    Json phase = Json::object();
    for (const auto& [name, setting] : entry.items()) {
      const auto known = std::ranges::find(phase_keys(), name, &Key::path);
      if (known == phase_keys().end()) throw_unknown_name(place + ": key", name, names);
      phase[name] = canonical_value(*known, setting, place);
    }
    phases.push_back(std::move(phase));
  }
  return phases;
}

Json canonical_vector(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_array()) refuse(key, value, where);
  Json numbers = Json::array();
  for (const Json& entry : value) numbers.push_back(canonical_real(key, entry, where));
  return numbers;
}

bool is_rate_step(const Json& step, const Json& earlier) {
  if (!step.is_array() || step.size() != 2 || !step[0].is_number_integer() || !step[1].is_number())
    return false;
  const auto pass = step[0].get<std::int64_t>();
  const bool in_order = earlier.empty() ? pass == 0 : pass > earlier.back()[0].get<std::int64_t>();
  return in_order && step[1].get<double>() >= 0;
}

Json canonical_rates(const Key& key, const Json& value, const std::string& where) {
  if (!value.is_array() || value.empty()) refuse(key, value, where);
  Json steps = Json::array();
  for (const Json& step : value) {
    if (!is_rate_step(step, steps)) refuse(key, value, where);
    steps.push_back({step[0].get<std::int64_t>(), step[1].get<double>() + 0.0});
  }
  return steps;
}

std::string allowed_numbers(const Key& key) {
  if (key.type == KeyType::integer) {
    return fmt::format("an integer from {} to {}", static_cast<std::int64_t>(key.low),
                       static_cast<std::int64_t>(key.high));
  }
  std::vector<std::string> limits;
  if (std::isfinite(key.low))
    limits.push_back(fmt::format("{} {}", key.low_allowed ? "from" : "above", key.low));
  if (std::isfinite(key.high))
    limits.push_back(fmt::format("{} {}", key.high_allowed ? "to" : "below", key.high));
  return limits.empty() ? "a number" : fmt::format("a number {}", fmt::join(limits, " and "));
}

std::vector<std::string> all_paths() {
  std::vector<std::string> paths{"system", "constants"};
  for (const Key& key : keys()) paths.push_back(key.path);
  return paths;
}

// A typo in the last part, or a key without its group ("lambda"), is far from every whole path.
std::string nearest_key(const std::string& word) {
  const auto paths = all_paths();
  if (std::string near = nearest_name(word, paths); !near.empty()) return near;
  const auto last_part = [](const std::string& path) { return path.substr(path.rfind('.') + 1); };
  std::vector<std::string> endings;
  endings.reserve(paths.size());
  for (const std::string& path : paths) endings.push_back(last_part(path));
  const std::string near = nearest_name(last_part(word), endings);
  if (near.empty()) return "";
  return paths[static_cast<std::size_t>(std::ranges::find(endings, near) - endings.begin())];
}

[[noreturn]] void throw_unknown_key(const std::string& word, const std::string& where) {
  const std::string near = nearest_key(word);
  const std::string hint = near.empty() ? "" : fmt::format(" Did you mean '{}'?", near);
  throw_user_error("{}: unknown key '{}'.{} `lnn-sweep schema --keys` lists all keys.", where, word, hint);
}

}  // namespace

std::vector<std::string> branch_names(const std::string& activation) {
  std::vector<std::string> branches;
  return boost::split(branches, activation, [](char letter) { return letter == '+'; });
}

std::string allowed_values(const Key& key) {
  switch (key.type) {
    case KeyType::integer:
    case KeyType::real:
      return allowed_numbers(key);
    case KeyType::name:
      return "one of " + quoted_list(key.names);
    case KeyType::activation:
      return quoted_list(key.names) + ", or several joined by '+'";
    case KeyType::box:
      return "one interval [low, high] or a list of one per coordinate";
    case KeyType::phases:
      return "a list of objects with " + quoted_list(phase_key_names());
    case KeyType::vector:
      return key.power == 1 ? "a list of numbers, one per coordinate"
                            : "a list of n^2 numbers for n coordinates, row by row";
    case KeyType::rates:
      return "a list of [first pass, rate], passes rising from 0, rates not negative";
  }
  return "";
}

Json canonical_value(const Key& key, const Json& value, const std::string& where) {
  switch (key.type) {
    case KeyType::integer:
      return canonical_integer(key, value, where);
    case KeyType::real:
      return canonical_real(key, value, where);
    case KeyType::name:
    case KeyType::activation:
      return canonical_name(key, value, where);
    case KeyType::box:
      return canonical_box(value, where + ": " + key.path);
    case KeyType::phases:
      return canonical_phases(key, value, where);
    case KeyType::vector:
      return canonical_vector(key, value, where);
    case KeyType::rates:
      return canonical_rates(key, value, where);
  }
  return value;
}

Settings canonical_settings(const Settings& settings, const std::string& where) {
  Settings canonical;
  for (const auto& [path, value] : settings) {
    if (path == "system") {
      const auto names = physics::system_names();
      if (std::ranges::find(names, to_text(value)) == names.end()) {
        throw_unknown_name(where + ": system", to_text(value), names);
      }
      canonical[path] = value;
    } else if (path.starts_with(constants_prefix)) {
      if (!value.is_number()) {
        throw_user_error("{}: {}: {} is not allowed. Give a number.", where, path, value.dump());
      }
      canonical[path] = value.get<double>() + 0.0;
    } else if (const Key* key = find_key(path)) {
      canonical[path] = canonical_value(*key, value, where);
    } else {
      throw_unknown_key(path, where);
    }
  }
  return canonical;
}

std::string keys_markdown() {
  std::string text =
      "| key | allowed | default | unit | meaning (source) |\n"
      "|---|---|---|---|---|\n"
      "| `system` | a name that `lnn-sweep systems` lists | required | | the physical system |\n"
      "| `constants.<name>` | a number | published | of the constant | a constant of the system |\n";
  const auto row = [&](const std::string& path, const Key& key) {
    text += fmt::format("| `{}` | {} | {} | {} | {} ({}) |\n", path, allowed_values(key), key.fallback.text,
                        key.unit, key.meaning, key.source);
  };
  for (const Key& key : keys()) row(key.path, key);
  for (const Key& key : phase_keys()) row("training.phases[]." + key.path, key);
  return text;
}

}  // namespace lnn::experiment
