#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "experiment/plan.h"
#include "store/outcomes.h"
#include "sweep/run_lock.h"

namespace lnn::sweep {

struct RunFolderOptions {
  std::filesystem::path root;
  experiment::Json overrides = experiment::Json::object();  ///< `--set`, part of the run's identity
  bool fresh = false;  ///< move an older run there aside, to ROOT.old-<time>; whole sweeps only
  Shard shard = {};    ///< the part of the plan that this sweep works on
  std::chrono::milliseconds patience{2000};  ///< see RunLockOptions
};

/// A run directory, ready to be worked in and locked for as long as this lives: its folders exist, plan.json
/// and experiment.json ({"scale", "overrides", "experiments": [text, ...]}) describe the plan, and what a
/// killed trial left half-written is gone. `plan` is always the whole plan, whatever the part; a part leaves
/// alone what belongs to others: their trials' files, and half-written files but those that dead processes of
/// this machine left.
class RunFolder {
 public:
  /// Throws UserError when the folder holds something else (another experiment, another scale or other
  /// overrides, or no run at all; for a part, while others are at work, any other experiment files),
  /// EnvironmentError when it cannot be written or another sweep works there (sweep/run_lock.h).
  RunFolder(const RunFolderOptions& options, const experiment::Plan& plan);

  const store::RunDirectory& run() const { return run_; }
  /// Where this sweep logs its events.
  std::filesystem::path events_path() const;
  /// To be called about every second: see RunLock::beat.
  void beat() const { lock_->beat(); }

  /// Removes what trials that were killed since then left half-written. Call it when none runs.
  void tidy() const;

  /// Checks all planned trials' files and reads how they ended. Damaged ones of this part are renamed to
  /// <id>.h5.damaged, so that they run again.
  store::TrialOutcomes scan(const experiment::Plan& plan) const;

  /// Finished epochs in the checkpoints of planned trials, by id; unreadable checkpoints count for nothing.
  std::map<std::string, int> saved_epochs(const experiment::Plan& plan) const;

 private:
  store::RunDirectory run_;
  Shard shard_;
  std::unique_ptr<RunLock> lock_;
};

}  // namespace lnn::sweep
