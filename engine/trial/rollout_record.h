#pragma once

#include <map>
#include <string>
#include <vector>

#include "physics/system.h"
#include "rollout/rollout.h"
#include "store/trial_record.h"

/// Turns rollouts into the metrics and arrays of a result file.
namespace lnn::trial {

/// A rollout with its numbers.
struct MeasuredRollout {
  rollout::Rollout rollout;
  rollout::Errors errors;
};

/// Metrics rollout<k>_* of test k = 1, 2, ... and rollout_* of all: numbers of completed tests, and means of
/// the errors over them (NaN when none completed). Without rollouts there are none.
std::map<std::string, store::Metric> rollout_metrics(const std::vector<MeasuredRollout>& rollouts);

/// The unit of an array whose columns are the system's coordinates: "theta1 [rad], theta2 [rad]".
std::string coordinate_units(const physics::System& system);

/// Test k = 1, 2, ...: t, q_true, v_true, q_model, v_model, energy_true, energy_model over the grid, in
/// float32 as published; NaN where the model did not get. Facts: outcome, reason, chaos_time, ...
store::ArrayGroup rollout_arrays(const physics::System& system, const rollout::Rollout& rollout, int k);

}  // namespace lnn::trial
