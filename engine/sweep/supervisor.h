#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/run_directory.h"
#include "sweep/device_check.h"
#include "sweep/memory_kills.h"
#include "sweep/process.h"
#include "sweep/slot.h"
#include "sweep/verdict.h"

namespace lnn::sweep {

/// Where a supervisor's process runs.
struct Place {
  /// The one CUDA device for jobs that want "cuda", which is then their cuda:0; empty: they see what we see.
  std::string visible_device;
  const MemoryKills* memory_kills = nullptr;  ///< outlives the supervisor; nullptr: nobody counts
};

/// Watches one job in a serving trial process, from its start to its trial files. A trial that commits its
/// file speaks for itself; for one whose process dies first the supervisor writes the file, with the outcome
/// and reason of sweep/verdict.h. However it ends without a result, its checkpoint stays. Trials of a pack
/// that dies are left without a file, to be run again alone: only one of them may be at fault.
class Supervisor {
 public:
  /// Writes RUN/configs/<id>.json and has the trial program train it: `idle`, a process that an earlier
  /// supervisor has released, when a new one would be just the same and it is still there, else a new one.
  /// Throws EnvironmentError when that is impossible. The process's log is that of the first trial.
  Supervisor(const Job& job, Place place, std::unique_ptr<Process> idle = nullptr);

  const std::vector<std::string>& ids() const { return job_.ids; }
  /// See Process::output().
  int output() const;
  /// Whether to come back within milliseconds although there is no output to wait for.
  bool impatient() const;
  /// What has happened since the last call: epochs and, when the job is over, a TrialEnd for every trial,
  /// after which the supervisor is done. Enforces the limits, so call it every 100 ms or so. Throws
  /// EnvironmentError when a file cannot be written or a process not be started.
  std::vector<TrialReport> step();
  /// Ends the trials as `interrupted`, without a file: SIGTERM now, upon which they save their state after
  /// the running epoch, SIGKILL after `grace`. A later call can only shorten the grace.
  void stop(std::chrono::milliseconds grace);
  /// After the end: the process, when it is ready for another job, else nullptr.
  std::unique_ptr<Process> release();

 private:
  using Clock = std::chrono::steady_clock;

  void write_configs() const;
  void hand_over();
  void hear(const std::string& line, std::vector<TrialReport>& reports);
  void enforce_limits();
  void end(Ending ending, std::chrono::milliseconds grace);
  bool died_before_it_began(const ExitStatus& status) const;
  bool device_in_doubt(const ExitStatus& status) const;
  std::vector<TrialReport> await_device_check();
  std::vector<TrialReport> conclude_all(const ExitStatus& status);
  TrialEnd conclude(std::size_t i, const ExitStatus& status) const;
  std::optional<TrialEnd> result(const std::string& id) const;
  Death death(const ExitStatus& status) const;
  TrialEnd broken_device() const;
  void write_record(std::size_t i, const TrialEnd& end) const;

  Job job_;
  Place place_;
  store::RunDirectory run_;
  Clock::time_point start_ = Clock::now();
  double start_time_;
  std::unique_ptr<Process> process_;
  bool reused_ = false;
  bool heard_ = false;  ///< the process has said something about this job
  bool idle_ = false;   ///< it has said that the job is done
  std::string doing_ = "start";
  Clock::time_point last_sign_ = start_;
  std::map<std::string, trial::EndEvent> ends_;  ///< what the trials said of themselves
  Ending ending_ = Ending::none;
  std::optional<Clock::time_point> kill_at_;
  std::optional<ExitStatus> in_doubt_;  ///< how the process ended while the device is checked
  std::unique_ptr<DeviceCheck> check_;
  bool device_broken_ = false;
};

}  // namespace lnn::sweep
