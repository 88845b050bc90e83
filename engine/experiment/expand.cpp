#include <algorithm>
#include <iterator>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/names.h"
#include "experiment/arms.h"
#include "experiment/cost.h"
#include "experiment/digest.h"
#include "experiment/experiment_file.h"
#include "experiment/file_format.h"
#include "experiment/keys.h"
#include "experiment/pack.h"
#include "experiment/trial_config.h"

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

/// Trials that differ in nothing but the seed, as they are resolved.
struct Replicates {
  Json config;  // with seed_marker where their seed stands
  Json swept;
  std::vector<std::uint64_t> seeds;
};

// Puts seed_marker where each of two configurations has its own seed. False when they differ elsewhere.
bool mark_seeds(Json& config, std::uint64_t seed, const Json& other, std::uint64_t other_seed) {
  if (config == other) return true;
  if (config.is_object() && other.is_object() && config.size() == other.size()) {
    for (auto& [key, value] : config.items()) {
      const auto counterpart = other.find(key);
      if (counterpart == other.end() || !mark_seeds(value, seed, *counterpart, other_seed)) return false;
    }
    return true;
  }
  if (config != seed || other != other_seed) return false;
  config = seed_marker;
  return true;
}

/// Resolves one arm: twice however many seeds it has, since settings either are its seed or know nothing of
/// it. An arm of which that is not true is resolved seed by seed.
std::vector<Replicates> resolve_replicates(const Arm& arm, const std::vector<std::uint64_t>& seeds,
                                           const std::vector<std::string>& swept_keys, const Frame& frame,
                                           const std::string& label) {
  const auto resolve = [&](std::uint64_t seed) {
    Json config = resolve_arm(arm, seed, frame, label);
    Json swept = swept_of(arm, swept_keys, config);
    return Replicates{std::move(config), std::move(swept), {seed}};
  };
  Replicates all = resolve(seeds.front());
  if (seeds.size() == 1) return {all};
  const Replicates last = resolve(seeds.back());
  if (all.swept == last.swept && mark_seeds(all.config, seeds.front(), last.config, seeds.back())) {
    all.seeds = seeds;
    return {all};
  }
  std::vector<Replicates> singles;
  for (const std::uint64_t seed : seeds) singles.push_back(resolve(seed));
  return singles;
}

std::string with_seed(std::string identity, std::uint64_t seed) {
  static const std::string marker = Json(seed_marker).dump();
  const std::string digits = std::to_string(seed);
  for (auto at = identity.find(marker); at != std::string::npos; at = identity.find(marker, at))
    identity.replace(at, marker.size(), digits);
  return identity;
}

/// Appends the trials of arms; the first arm becomes the base in which the others are told.
class TrialList {
 public:
  void add(const std::string& experiment, const std::string& label, const Replicates& replicates) {
    if (!base_) base_ = std::make_shared<const Json>(replicates.config);
    const auto arm =
        std::make_shared<const PlannedArm>(PlannedArm{.experiment = experiment,
                                                      .label = label,
                                                      .swept = replicates.swept,
                                                      .base = base_,
                                                      .difference = difference(*base_, replicates.config)});
    const std::string identity = identity_text(replicates.config);
    PlannedTrial trial{.id = "", .members = {{arm, replicates.seeds.front()}}};
    const TrialConfig config = parse_trial_config(trial.config(), "trial");
    trial.cost = estimate_cost(config);
    trial.pack = pack_key(config);
    trial.cost_class = cost_class_of(config);
    for (const std::uint64_t seed : replicates.seeds) {
      trial.id = short_digest(with_seed(identity, seed));
      trial.members.front().seed = seed;
      trials_.push_back(trial);
    }
  }
  std::vector<PlannedTrial> take() { return std::move(trials_); }

 private:
  std::shared_ptr<const Json> base_;
  std::vector<PlannedTrial> trials_;
};

std::vector<std::uint64_t> seeds_of_arm(const Arm& arm, const Frame& frame) {
  std::vector<std::uint64_t> seeds;
  std::ranges::copy_if(frame.seeds, std::back_inserter(seeds),
                       [&](std::uint64_t seed) { return !excluded(arm, seed, frame.exclusions); });
  return seeds;
}

void refuse_equal_trials(const std::vector<PlannedTrial>& trials, const std::string& where) {
  std::unordered_map<std::string_view, const PlannedTrial*> first;
  for (const PlannedTrial& trial : trials) {
    const auto [other, is_new] = first.emplace(trial.id, &trial);
    if (is_new) continue;
    const Member& member = trial.members.front();
    throw_user_error(
        "{}: the arms '{}' and '{}' (seed {}) resolve to the same trial {}. Remove one, or set what should "
        "differ.",
        where, other->second->members.front().arm->label, member.arm->label, member.seed, trial.id);
  }
}

}  // namespace

std::vector<PlannedTrial> expand(const ExperimentFile& file, const std::string& scale,
                                 const Json& overrides) {
  const Frame frame = frame_of(file, scale, overrides);
  const std::vector<Arm> arms = all_arms(file.text);
  refuse_swept_overrides(frame.overrides, arms, frame.where);
  std::vector<std::string> swept_keys;
  for (const auto& [key, values] : swept_values(file.text)) swept_keys.push_back(key);

  const ArmLabels labels(file.text);
  TrialList list;
  for (const Arm& arm : arms) {
    const std::vector<std::uint64_t> seeds = seeds_of_arm(arm, frame);
    if (seeds.empty()) continue;
    const std::string label = labels.of(arm);
    for (const Replicates& replicates : resolve_replicates(arm, seeds, swept_keys, frame, label))
      list.add(file.name, label, replicates);
  }
  std::vector<PlannedTrial> trials = list.take();
  if (trials.empty()) {
    throw_user_error("{}: scale '{}': 'exclude' drops every trial. Remove an entry.", frame.where, scale);
  }
  refuse_equal_trials(trials, frame.where);
  return trials;
}

}  // namespace lnn::experiment
