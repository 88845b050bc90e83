#pragma once

#include <optional>
#include <string>

#include "sweep/shard.h"

namespace lnn::sweep {

/// Who works in a run directory, as a lock file tells it: one JSON object.
struct LockHolder {
  std::string host = "unknown host";
  long pid = 0;
  std::string start;    ///< ISO 8601, UTC
  Shard shard;          ///< the part that it works on
  bool certain = true;  ///< false: seen by an old heartbeat only; it may be gone
  /// By these a process is known again: its machine (boot id and process namespace; host names repeat) and
  /// the time it was started, in ticks since the boot. Empty and 0 when unknown.
  std::string machine = {};
  unsigned long long process_start = 0;

  bool operator==(const LockHolder&) const = default;
};

/// This process, working on `shard` from now on.
LockHolder this_process(const Shard& shard);

std::string to_text(const LockHolder& holder);
/// What can be read of such a text, however damaged.
LockHolder holder_from_text(const std::string& text);

/// Whether the holder lives; nothing when it is on another machine.
std::optional<bool> is_alive(const LockHolder& holder);

/// "process 12 on node7, since 2026-01-31T12:34:56Z", with its part of the sweep.
std::string describe(const LockHolder& holder);

}  // namespace lnn::sweep
