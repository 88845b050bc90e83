#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "trial/protocol.h"
#include "trial/run_trial.h"

namespace lnn::trial {

/// The command line of lnn-sweep-trial.
struct ProgramOptions {
  enum class Task { help, train, serve, check_device };

  Task task = Task::train;
  std::string help;                    ///< the text
  Request request;                     ///< to train; with the task serve they come from standard input
  RunOptions how;                      ///< engine and threads
  std::optional<pid_t> parent;         ///< end when this process ends
  std::optional<double> memory_limit;  ///< [MiB]
  std::string device_to_check;
};

/// Throws UserError for words that are none of its options, or do not fit together.
ProgramOptions parse_program_options(int argc, char** argv);

}  // namespace lnn::trial
