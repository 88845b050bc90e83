#pragma once

#include <optional>
#include <string>

#include "sweep/process.h"
#include "sweep/slot.h"

namespace lnn::sweep {

/// Why a supervisor ended its process itself.
enum class Ending { none, timed_out, hung, interrupted };

/// Everything that is known about a process that left a trial without a result.
struct Death {
  ExitStatus status;
  Ending ending = Ending::none;
  std::string doing;       ///< the last that was heard of it: "epoch 12 of 300"
  std::string last_words;  ///< last line of its log; empty: none
  std::string log;         ///< where that is
  std::optional<std::string>
      memory_kill;  ///< why the kernel killed processes just then (sweep/memory_kills.h)
};

/// Outcome, reason and what follows from them; without `seconds` and `run_alone`.
TrialEnd verdict(const Job& job, const std::string& id, const Death& death);

}  // namespace lnn::sweep
