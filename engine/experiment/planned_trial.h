#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "experiment/settings.h"

/// Trials as a plan holds them: what many of them have in common is kept once.
namespace lnn::experiment {

/// What the trials of one arm have in common: all but the seed.
struct PlannedArm {
  std::string experiment;  ///< name of the experiment file it came from
  std::string label;       ///< for people: "gelu, custom"
  /// Dotted key -> value for every key that grid, zip or cases set, plus "case" (its label). Values as the
  /// file writes them; a key that only other cases set has this arm's resolved value, or is absent when never
  /// read.
  Json swept = Json::object();
  std::shared_ptr<const Json> base = {};  ///< another arm's configuration, or null for an empty one
  /// Merge patch (RFC 7396) that makes `base` this arm's resolved configuration, in which seed_marker stands
  /// wherever a trial has its seed.
  Json difference = Json::object();
  std::string origin = {};  ///< the plan's file that it was read from; empty when it was made here
};

/// What stands for the trial's seed in the configuration of an arm.
inline constexpr const char* seed_marker = "<seed>";

/// A trial's place in an experiment.
struct Member {
  std::shared_ptr<const PlannedArm> arm;
  std::uint64_t seed = 0;  ///< network seed of this replicate
};

/// One distinct trial; several experiments (or arms of different experiments) may share it.
struct PlannedTrial {
  std::string id;
  double cost = 0;              ///< estimated floating-point operations, for order and forecasts
  std::vector<Member> members;  ///< every (experiment, arm, seed) that this trial serves
  std::string pack = {};        ///< trials with equal ones may train together (pack_key); empty: alone
  std::string cost_class = {};  ///< equal for trials that take equally long (cost_class_of)

  /// The complete resolved configuration, that of its first arm; an empty object without one. It is built at
  /// each call. Throws EnvironmentError when it came from a file and does not belong to the id.
  Json config() const;

  /// One setting of it by its dotted key, without building the rest and without that check; null when the
  /// trial does not read it.
  Json setting(const std::string& key) const;
};

/// The configuration of an arm with seed_marker, from its base and its difference.
Json settings_of(const PlannedArm& arm);

/// The merge patch (RFC 7396) that makes `base` this configuration.
Json difference(const Json& base, const Json& config);

}  // namespace lnn::experiment
