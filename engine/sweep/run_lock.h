#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "store/run_directory.h"
#include "sweep/heartbeat.h"
#include "sweep/kernel_lock.h"
#include "sweep/lock_holder.h"

namespace lnn::sweep {

struct RunLockOptions {
  Shard shard = {};
  /// How long to wait for a lock that is held: ranks of a killed job live on for a second.
  std::chrono::milliseconds patience{2000};
  HeartbeatOptions heartbeat = {};
};

/// The right to work in a run directory, or on one part of its plan, held until destruction or death.
///
/// A whole sweep locks RUN/lock exclusively. A part shares RUN/lock with the other parts and locks
/// RUN/lock.shard-K-of-N exclusively; parts of another N are refused, for theirs would overlap. On file
/// systems without locks, and everywhere when the environment variable LNN_LOCK is "heartbeat" (for file
/// systems whose locks hang or lie; then set it for every command), a heartbeat file stands in for each of
/// them: RUN/lock.heartbeat, RUN/lock.shard-K-of-N.heartbeat (sweep/heartbeat.h).
class RunLock {
 public:
  /// Precondition: the folder exists. Throws EnvironmentError when somebody else holds the lock, naming host
  /// and process, or when the files cannot be written; UserError for another value of LNN_LOCK.
  explicit RunLock(store::RunDirectory run, const RunLockOptions& options = {});
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// To be called about every second: throws EnvironmentError when the lock was lost, which only a heartbeat
  /// can be.
  void beat();

 private:
  void take_kernel_locks();
  std::string try_kernel_locks();
  std::string try_whole();
  std::string try_part();
  std::string try_own_part();
  void take_heartbeat();
  void refuse_living(const std::vector<std::filesystem::path>& heartbeats);

  store::RunDirectory run_;
  RunLockOptions options_;
  KernelLock common_;
  std::unique_ptr<KernelLock> own_;  ///< of a part
  std::unique_ptr<Heartbeat> heartbeat_;
};

/// Says who works in a run directory, without touching anything there.
class RunLockReader {
 public:
  explicit RunLockReader(store::RunDirectory run, const HeartbeatOptions& options = {})
      : run_(std::move(run)), watch_(options) {}

  /// A whole sweep, or all parts that are at work, by their number. Never waits: a heartbeat from another
  /// machine counts, as an uncertain holder, until it has stood still for 40 s over several calls.
  std::vector<LockHolder> holders();

 private:
  store::RunDirectory run_;
  HeartbeatWatch watch_;
};

}  // namespace lnn::sweep
