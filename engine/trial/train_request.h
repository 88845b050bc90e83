#pragma once

#include "trial/protocol.h"
#include "trial/run_trial.h"

namespace lnn::trial {

/// Trains what the request names, tells about it (trial/announce.h), commits the result files and removes the
/// checkpoints that they make superfluous. `how` is engine and threads; the rest is the request's. Its log is
/// the caller's affair. SIGINT, SIGTERM and SIGUSR1 save and throw Stopped after the running epoch when there
/// are checkpoints, and kill at once when there are none.
///
/// Throws UserError for a request that makes no sense, EnvironmentError for files that cannot be read or
/// written, known before the training; otherwise as run_trials.
void train(const Request& request, RunOptions how);

}  // namespace lnn::trial
