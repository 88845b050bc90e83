#include "experiment/planned_trial.h"

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "experiment/trial_config.h"

namespace lnn::experiment {
namespace {

void put_seed(Json& settings, std::uint64_t seed) {
  for (auto& [key, value] : settings.items()) {
    if (value.is_object()) {
      put_seed(value, seed);
    } else if (value == seed_marker) {
      value = seed;
    }
  }
}

const Json* child(const Json* parent, const std::string& name) {
  if (parent == nullptr || !parent->is_object()) return nullptr;
  const auto found = parent->find(name);
  return found == parent->end() ? nullptr : &*found;
}

// The value at a dotted key of `base` with the merge patch `patch`, or null.
const Json* patched_value(const Json* base, const Json* patch, std::string_view key) {
  while (!key.empty()) {
    const std::string name(key.substr(0, key.find('.')));
    key.remove_prefix(std::min(key.size(), name.size() + 1));
    patch = child(patch, name);
    const bool replaced = patch != nullptr && !patch->is_object();
    base = replaced ? nullptr : child(base, name);
  }
  return patch != nullptr ? patch : base;
}

}  // namespace

Json settings_of(const PlannedArm& arm) {
  Json settings = arm.base ? *arm.base : Json::object();
  settings.merge_patch(arm.difference);
  return settings;
}

Json difference(const Json& base, const Json& config) {
  Json patch = Json::object();
  for (const auto& [key, value] : base.items()) {
    if (!config.contains(key)) patch[key] = nullptr;
  }
  for (const auto& [key, value] : config.items()) {
    const auto old = base.find(key);
    if (old == base.end()) {
      patch[key] = value;
    } else if (*old != value) {
      patch[key] = old->is_object() && value.is_object() ? difference(*old, value) : value;
    }
  }
  return patch;
}

Json PlannedTrial::config() const {
  if (members.empty()) return Json::object();
  const PlannedArm& arm = *members.front().arm;
  Json config = settings_of(arm);
  put_seed(config, members.front().seed);
  if (!arm.origin.empty() && trial_id(config) != id) {
    throw_environment_error(
        "{}: the configuration of trial {} does not belong to its id (edited or damaged). Plan again.",
        arm.origin, id);
  }
  return config;
}

Json PlannedTrial::setting(const std::string& key) const {
  if (members.empty()) return nullptr;
  const Member& member = members.front();
  const Json* value = patched_value(member.arm->base.get(), &member.arm->difference, key);
  if (value == nullptr) return nullptr;
  return *value == seed_marker ? Json(member.seed) : *value;
}

}  // namespace lnn::experiment
