#pragma once

#include <chrono>
#include <optional>

namespace lnn::sweep {

/// While it lives, SIGINT, SIGTERM and SIGUSR1 ask the sweep to stop instead of killing the process.
/// One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// How long running trials may take to end, once somebody asked: SIGINT or SIGUSR1 2 s; SIGTERM 0.4 s
  /// (mpirun kills its ranks one second after it); a second SIGINT none. Nothing when nobody asked.
  static std::optional<std::chrono::milliseconds> requested();
};

}  // namespace lnn::sweep
