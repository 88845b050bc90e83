#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "experiment/plan.h"
#include "store/run_directory.h"
#include "sweep/slot.h"

/// What is known about every trial of a sweep: no processes, no MPI, no files. All times are seconds since
/// 1970-01-01 UTC.
namespace lnn::sweep {

enum class TrialState { waiting, running, finished };

struct TrialStatus {
  std::string id;
  std::string label;  ///< of its first arm
  std::uint64_t seed = 0;
  double cost = 0;   ///< estimated floating-point operations
  std::string pack;  ///< see experiment::PlannedTrial
  TrialState state = TrialState::waiting;
  bool selected = true;                   ///< false: planned, but not part of this command (`--only`)
  int attempts = 0;                       ///< starts so far
  int saved_epochs = 0;                   ///< in its checkpoint, when the sweep began
  std::optional<store::Outcome> outcome;  ///< of the last attempt that ended
  std::string reason;
  std::optional<trial::EpochEvent> epoch;  ///< last report of the current or last attempt
  int epochs_before = 0;                   ///< finished before that attempt
  double started = 0;                      ///< of this sweep's attempt; 0 when it has not started it
  double reported = 0;                     ///< last report or end
};

/// Which unsuccessful trials run again.
struct RetryPolicy {
  int max_attempts = 3;       ///< starts in all, over every run of the sweep
  bool retry_failed = false;  ///< however often they have failed
};

struct Totals {
  int trials = 0;
  int waiting = 0;
  int running = 0;
  std::map<store::Outcome, int> finished;

  int done() const { return trials - waiting - running; }
  /// Trials that ended in any other way than `completed`; they make the sweep's exit code 1.
  int not_completed() const;
  /// Trials that ended without a result (crashed, failed, timed_out) and may be tried again.
  int without_result() const;
};

/// True for outcomes that are results (`completed`, `diverged`): trying again would give the same.
bool is_result(store::Outcome outcome);

class Board {
 public:
  /// Trials in plan order, those with a file as finished.
  explicit Board(const experiment::Plan& plan, const store::RunContents& contents = {});

  /// Finished epochs in the checkpoints of trials, by id.
  void saved(const std::map<std::string, int>& epochs);
  /// Puts unsuccessful trials back to waiting as far as the policy allows.
  void retry(const RetryPolicy& policy);
  /// Limits this sweep to the given trials (all when empty).
  void select(const std::vector<std::string>& ids);

  /// The next trial to start and up to `pack_size` - 1 others that may train with it; nothing when none
  /// waits. Only trials that no attempt has failed on have company, and all of them stand after one epoch.
  std::vector<const TrialStatus*> next(int pack_size) const;
  /// Waiting trials that `trial` could train with, itself included.
  int companions(const TrialStatus& trial) const;
  /// Unknown ids are ignored: an event log may tell of trials that a changed plan no longer has.
  void started(const std::string& id, int attempt, double time);
  void reported(const std::string& id, const trial::EpochEvent& epoch, double time);
  /// `interrupted` puts the trial back to waiting; so does `again`, which counts as an attempt.
  void ended(const std::string& id, store::Outcome outcome, const std::string& reason, double time,
             bool again = false);
  /// Every running trial is back to waiting: whoever ran it is gone.
  void all_interrupted();

  const std::vector<TrialStatus>& trials() const { return trials_; }
  const TrialStatus& trial(const std::string& id) const { return trials_.at(index_.at(id)); }
  /// Of the selected trials.
  Totals totals() const;

 private:
  TrialStatus* find(const std::string& id);

  std::vector<TrialStatus> trials_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// Share of a trial's work that is done, 0 to 1.
double fraction_done(const TrialStatus& trial);

/// Seconds until the selected trials are done with `slots` slots: the remaining work, dealt out in plan
/// order, at the speed measured so far in this sweep. Nothing before the first measurement.
std::optional<double> forecast_seconds(const Board& board, double now, int slots);

}  // namespace lnn::sweep
