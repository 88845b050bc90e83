#pragma once

#include <functional>
#include <string>
#include <vector>

#include "experiment/trial_config.h"
#include "jets/engine.h"
#include "store/trial_record.h"
#include "trial/checkpoints.h"
#include "trial/protocol.h"

/// Trials from their configurations to their records: data, networks, training, metrics.
namespace lnn::trial {

/// Where and how a trial runs; none of it changes what the trial is.
struct RunOptions {
  jets::EngineOptions engine;  ///< derivative engine and device
  int threads = 1;             ///< of LibTorch; set for the whole process
  int attempt = 1;             ///< how often this trial has been started, this time included
  CheckpointOptions checkpoints;
  std::function<void(const EpochEvent&)> on_epoch = [](const EpochEvent&) {};
};

/// Sets up this process for computing: LibTorch's threads, and numbers too small to matter count as zero.
/// run_trials does it itself.
void prepare_process(int threads);

/// Runs the trial in this process. The outcome of the record is `completed`, or `diverged` with epoch and
/// step as its reason; either way it holds the history up to there and the best model. Same configuration,
/// machine and backend: bitwise the same history, model and metrics (times excepted), whether or not it
/// continues from a checkpoint. Removes no checkpoint: the result is not safe yet. Throws UserError for a
/// configuration that makes no sense, and for data that are not finite; Stopped (trial/checkpoints.h) when
/// told to stop.
store::TrialRecord run_trial(const experiment::Json& config, const RunOptions& options);

/// What the caller of a pack hears; `trial` counts the configurations from zero.
struct PackEvents {
  std::function<void(std::size_t trial, const EpochEvent&)> on_epoch = [](std::size_t, const EpochEvent&) {};
  /// As soon as this trial has ended, while others may still train.
  std::function<void(std::size_t trial, const store::TrialRecord&)> on_end = [](std::size_t,
                                                                                const store::TrialRecord&) {};
};

/// Runs trials of one shape (experiment::pack_key) together, on the tensor backend as one batched
/// computation. Each record is what the trial gives alone: bitwise on the processor with one thread; on CUDA
/// up to the rounding of its products, which training amplifies. `options.on_epoch` is not used. Throws
/// UserError for trials that may not share a pack, naming both and the key that differs or how far their
/// checkpoints are; otherwise as run_trial.
std::vector<store::TrialRecord> run_trials(const std::vector<experiment::Json>& configs,
                                           const RunOptions& options, const PackEvents& events);

}  // namespace lnn::trial
