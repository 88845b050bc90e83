#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "store/run_directory.h"
#include "sweep/process.h"
#include "sweep/slot.h"

namespace lnn::sweep {

/// Watches one trial process from its start to its trial files. A trial that commits its file speaks for
/// itself; for one that dies first the supervisor writes the file: `crashed` (signal), `failed` (exit code),
/// `timed_out`. However it ends without a result, its checkpoint stays. Trials of a pack that dies are left
/// without a file, to be run again alone: only one of them may be at fault.
class Supervisor {
 public:
  /// Starts the trial program on RUN/configs/<id>.json. Throws EnvironmentError when that is impossible. The
  /// process's log is that of the first trial.
  explicit Supervisor(const Job& job);

  /// See Process::output().
  int output() const { return process_.output(); }
  /// What has happened since the last call: epochs and, when the process has ended, a TrialEnd for every
  /// trial, after which the supervisor is done. Enforces the time limit, so call it every 100 ms or so.
  /// Throws EnvironmentError when the trial file cannot be written.
  std::vector<TrialReport> step();
  /// Ends the trials as `interrupted`, without a file: SIGTERM now, upon which they save their state after
  /// the running epoch, SIGKILL after `grace`. A later call can only shorten the grace.
  void stop(std::chrono::milliseconds grace);

 private:
  using Clock = std::chrono::steady_clock;
  enum class Ending { none, timed_out, interrupted };

  void enforce_limits();
  void end(Ending ending, std::chrono::milliseconds grace);
  TrialEnd conclude(const std::string& id, const ExitStatus& status);
  std::optional<store::TrialRecord> committed(const std::string& id) const;
  void write_record(const std::string& id, const TrialEnd& end) const;
  const std::string& first() const { return job_.ids.front(); }

  Job job_;
  store::RunDirectory run_;
  Clock::time_point start_ = Clock::now();
  double start_time_;
  Process process_;
  Ending ending_ = Ending::none;
  std::optional<Clock::time_point> kill_at_;
};

}  // namespace lnn::sweep
