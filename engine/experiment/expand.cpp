#include <algorithm>
#include <map>

#include "base/error.h"
#include "base/names.h"
#include "experiment/arms.h"
#include "experiment/experiment_file.h"
#include "experiment/file_format.h"
#include "experiment/keys.h"

namespace lnn::experiment {
namespace {

/// What all arms of one expansion share.
struct Frame {
  std::string where;  // the file
  Settings base;      // system, base and scale
  std::vector<std::uint64_t> seeds;
  Json exclusions;
  Settings overrides;
};

// A file without scales is the same at every scale.
Json scale_of(const ExperimentFile& file, const std::string& name) {
  const std::string where = file.path.string() + ": scale";
  if (!file.text.contains("scales")) {
    if (std::ranges::find(scale_names(), name) == scale_names().end())
      throw_unknown_name(where, name, scale_names());
    return Json::object();
  }
  const Json& scales = file.text.at("scales");
  if (scales.contains(name)) return scales.at(name);
  std::vector<std::string> defined;
  for (const auto& [known, scale] : scales.items()) defined.push_back(known);
  throw_unknown_name(where, name, defined);
}

Settings base_settings(const Json& text, const Json& scale) {
  Settings settings = flatten(text.value("base", Json::object()), "base");
  if (text.contains("system")) settings["system"] = text.at("system");
  return merged(settings, flatten(scale.value("set", Json::object()), "scale"));
}

std::vector<std::uint64_t> seeds_of(const Json& text, const Json& scale, const Settings& overrides) {
  if (const auto seed = overrides.find(seed_key); seed != overrides.end()) return {seed->second};
  return scale.contains("seeds") ? scale.at("seeds") : text.value("seeds", Json::array({1}));
}

Frame frame_of(const ExperimentFile& file, const std::string& scale_name, const Json& overrides) {
  const Json scale = scale_of(file, scale_name);
  const Settings flat = canonical_settings(flatten(overrides, "--set"), "--set");
  Json exclusions = file.text.value("exclude", Json::array());
  for (const Json& exclusion : scale.value("exclude", Json::array())) exclusions.push_back(exclusion);
  return {file.path.string(), base_settings(file.text, scale), seeds_of(file.text, scale, flat),
          std::move(exclusions), flat};
}

// An override of a swept key would make all its arms equal, and their labels wrong.
void refuse_swept_overrides(const Settings& overrides, const std::vector<Arm>& arms,
                            const std::string& where) {
  for (const Arm& arm : arms) {
    for (const auto& [key, value] : overrides) {
      if (!arm.contains(key)) continue;
      throw_user_error("--set {}: {} sweeps this key. Choose arms with --only, or change the file.", key,
                       where);
    }
  }
}

Json resolve_arm(const Arm& arm, std::uint64_t seed, const Frame& frame, const std::string& label) {
  Settings settings = merged(frame.base, arm);
  settings.erase(case_key);
  settings[seed_key] = seed;
  const std::string where = fmt::format("{}: arm '{}'", frame.where, label);
  Json resolved = resolve_config(nest(merged(settings, frame.overrides)), where);
  for (const auto& [key, value] : arm) {
    if (key == case_key || reads_key(resolved, key)) continue;
    throw_user_error("{}: the swept key {} = {} is never read ({}). Remove it from this arm.", where, key,
                     value.dump(), why_unread(resolved, key));
  }
  return resolved;
}

// Keys that only other cases set get this arm's own value, so that every arm fills every column it can.
Json swept_of(const Arm& arm, const std::vector<std::string>& all_keys, const Json& resolved) {
  Json swept = arm;
  for (const std::string& key : all_keys) {
    const Json* value = find_value(resolved, key);
    if (!swept.contains(key) && value != nullptr) swept[key] = *value;
  }
  return swept;
}

void refuse_equal_trials(const std::vector<Trial>& trials, const std::string& where) {
  std::map<std::string, const Trial*> first;
  for (const Trial& trial : trials) {
    const auto [other, is_new] = first.emplace(trial.id, &trial);
    if (is_new) continue;
    throw_user_error(
        "{}: the arms '{}' and '{}' (seed {}) resolve to the same trial {}. Remove one, or set what should "
        "differ.",
        where, other->second->label, trial.label, trial.seed, trial.id);
  }
}

}  // namespace

std::vector<Trial> expand(const ExperimentFile& file, const std::string& scale, const Json& overrides) {
  const Frame frame = frame_of(file, scale, overrides);
  const std::vector<Arm> arms = all_arms(file.text);
  refuse_swept_overrides(frame.overrides, arms, frame.where);
  std::vector<std::string> swept_keys;
  for (const auto& [key, values] : swept_values(file.text)) swept_keys.push_back(key);

  std::vector<Trial> trials;
  for (const Arm& arm : arms) {
    const std::string label = label_of(arm, file.text);
    for (const std::uint64_t seed : frame.seeds) {
      if (excluded(arm, seed, frame.exclusions)) continue;
      const Json resolved = resolve_arm(arm, seed, frame, label);
      trials.push_back({.id = trial_id(resolved),
                        .experiment = file.name,
                        .label = label,
                        .swept = swept_of(arm, swept_keys, resolved),
                        .seed = seed,
                        .config = resolved});
    }
  }
  if (trials.empty()) {
    throw_user_error("{}: scale '{}': 'exclude' drops every trial. Remove an entry.", frame.where, scale);
  }
  refuse_equal_trials(trials, frame.where);
  return trials;
}

}  // namespace lnn::experiment
