#pragma once

#include <functional>
#include <string>

#include "experiment/trial_config.h"
#include "jets/engine.h"
#include "store/trial_record.h"
#include "trial/protocol.h"

/// One trial from its configuration to its record: data, network, training, metrics.
namespace lnn::trial {

/// Where and how a trial runs; none of it changes what the trial is.
struct RunOptions {
  jets::EngineOptions engine;  ///< derivative engine and device
  int threads = 1;             ///< of LibTorch; set for the whole process
  int attempt = 1;             ///< how often this trial has been started, this time included
  std::function<void(const EpochEvent&)> on_epoch = [](const EpochEvent&) {};
};

/// Runs the trial in this process. The outcome of the record is `completed`, or `diverged` with epoch and
/// step as its reason; either way it holds the history up to there and the best model. Same configuration,
/// machine and backend: bitwise the same history, model and metrics (times excepted). Throws UserError for a
/// configuration that makes no sense, and for data with a non-finite acceleration.
store::TrialRecord run_trial(const experiment::Json& config, const RunOptions& options);

}  // namespace lnn::trial
