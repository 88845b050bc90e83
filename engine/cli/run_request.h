#pragma once

#include <optional>

#include "cli/commands.h"
#include "experiment/plan.h"
#include "sweep/sweep.h"

namespace lnn::cli {

/// What `lnn-sweep run` is asked to do.
struct RunRequest {
  experiment::Plan plan;  ///< of all trials, whatever --only says
  sweep::SweepOptions options;
};

/// Reads and checks the words of `lnn-sweep run`, experiment files included; nothing to do after --help.
/// Throws UserError.
std::optional<RunRequest> read_run_words(const Words& words);

}  // namespace lnn::cli
