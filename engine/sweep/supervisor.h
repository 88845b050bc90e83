#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "store/run_directory.h"
#include "sweep/process.h"
#include "sweep/slot.h"

namespace lnn::sweep {

/// Watches one trial process from its start to its trial file. A trial that commits its file speaks for
/// itself; for one that dies first the supervisor writes the file: `crashed` (signal), `failed` (exit code),
/// `timed_out`.
class Supervisor {
 public:
  /// Starts the trial program on RUN/configs/<id>.json. Throws EnvironmentError when that is impossible.
  explicit Supervisor(const Job& job);

  /// See Process::output().
  int output() const { return process_.output(); }
  /// What has happened since the last call: epochs, then at most one TrialEnd, after which the supervisor is
  /// done. Enforces the time limit, so call it every 100 ms or so. Throws EnvironmentError when the trial
  /// file cannot be written.
  std::vector<Report> step();
  /// Ends the trial as `interrupted`, without a file: SIGTERM now, SIGKILL after `grace`. A later call can
  /// only shorten the grace.
  void stop(std::chrono::milliseconds grace);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ending { none, timed_out, interrupted };

  void enforce_limits();
  void end(Ending ending, std::chrono::milliseconds grace);
  TrialEnd conclude(const ExitStatus& status);
  std::optional<store::TrialRecord> committed() const;
  void write_record(const TrialEnd& end) const;

  Job job_;
  store::RunDirectory run_;
  Clock::time_point start_ = Clock::now();
  double start_time_;
  Process process_;
  Ending ending_ = Ending::none;
  std::optional<Clock::time_point> kill_at_;
};

}  // namespace lnn::sweep
