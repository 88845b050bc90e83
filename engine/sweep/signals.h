#pragma once

#include <optional>

namespace lnn::sweep {

/// How a sweep was asked to stop, from the gentlest to the hardest.
enum class Stop {
  drain,      ///< SIGINT or SIGUSR1: save what runs after its epoch
  terminate,  ///< SIGTERM: what 0.4 s allow (mpirun kills its ranks one second after it)
  at_once,    ///< a second SIGINT
};

/// While it lives, SIGINT, SIGTERM and SIGUSR1 ask the sweep to stop instead of killing the process.
/// One at a time.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  /// The hardest request so far; nothing when nobody asked.
  static std::optional<Stop> requested();
};

}  // namespace lnn::sweep
