#pragma once

#include <functional>
#include <string>

#include "experiment/plan.h"
#include "jets/options.h"
#include "sweep/pace.h"

/// What a plan will take, measured by training a little of each kind of trial.
namespace lnn::sweep {

struct ProbeOptions {
  int slots = 1;  ///< trials side by side, as the sweep will run them: they share memory and caches
  int threads = 1;
  jets::EngineOptions engine;
  /// Told about every class that was measured.
  std::function<void(std::size_t done, std::size_t of)> on_class = [](std::size_t, std::size_t) {};
};

/// A small copy of a trial: three epochs on a few batches (or a few passes over the trajectories), everything
/// else as it is. `config` and the result are resolved configurations.
experiment::Json probe_config(const experiment::Json& config);

/// Trains the small copy of the first trial of each cost class of `plan` (its process, data and evaluation
/// included) and extrapolates: the epochs by estimated cost, the rest as it was. Works in a temporary folder
/// that it removes. Classes whose copy did not complete are left out. Throws EnvironmentError when the trial
/// program does not work.
PaceTable probe(const experiment::Plan& plan, const ProbeOptions& options);

}  // namespace lnn::sweep
