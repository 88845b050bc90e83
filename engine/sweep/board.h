#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "experiment/plan.h"
#include "store/outcomes.h"
#include "sweep/shard.h"
#include "sweep/slot.h"

/// What is known about every trial of a sweep: no processes, no MPI, no files. All times are seconds since
/// 1970-01-01 UTC.
namespace lnn::sweep {

enum class TrialState { waiting, running, finished };

struct TrialStatus {
  std::string id;
  std::string label;  ///< of its first arm
  std::uint64_t seed = 0;
  double cost = 0;        ///< estimated floating-point operations
  int cost_class = 0;     ///< trials of one class take the same time; see Board::class_name
  bool packable = false;  ///< may train together with others of its class
  TrialState state = TrialState::waiting;
  bool selected = true;                   ///< false: planned, but not part of this command
  int attempts = 0;                       ///< starts so far
  int saved_epochs = 0;                   ///< in its checkpoint, when the sweep began
  std::optional<store::Outcome> outcome;  ///< of the last attempt that ended
  std::string reason;
  std::optional<trial::EpochEvent> epoch;  ///< last report of the current or last attempt
  int epochs_before = 0;                   ///< finished before that attempt
  double started = 0;                      ///< of this sweep's attempt; 0 when it has not started it
  double first_reported = 0;               ///< of that attempt; 0 before its first report
  double reported = 0;                     ///< last report or end
};

/// Which unsuccessful trials run again.
struct RetryPolicy {
  int max_retries = 2;        ///< starts after the first, over every run of the sweep
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
  /// Trials that ended without a result (crashed, failed, timed_out, ...) and may be tried again.
  int without_result() const;
};

/// True for outcomes that are results (`completed`, `diverged`): trying again would give the same.
bool is_result(store::Outcome outcome);

/// True for outcomes that another start may change within the same sweep: the machine may have been at fault.
bool is_worth_a_retry(const TrialEnd& end);

class Board {
 public:
  /// Trials in plan order, those with a file as finished.
  explicit Board(const experiment::Plan& plan, const store::TrialOutcomes& outcomes = {});

  /// Finished epochs in the checkpoints of trials, by id.
  void saved(const std::map<std::string, int>& epochs);
  /// Puts unsuccessful trials back to waiting as far as the policy allows.
  void retry(const RetryPolicy& policy);
  /// Limits this sweep to the given trials (all when empty) of a part of the plan.
  void select(const std::vector<std::string>& ids, const Shard& shard = {});
  /// Predicted seconds of a trial of each class: the longest start first. By estimated cost until told.
  void expect(const std::vector<double>& class_seconds);

  /// The next trial to start and up to `pack_size` - 1 others that may train with it; nothing when none
  /// waits that `may_start` (asked once for a class). Longest first, within a class those with a checkpoint
  /// before those without; what failed before comes last. Only trials that no attempt has failed on have
  /// company, and all of them stand after one epoch.
  std::vector<const TrialStatus*> next(
      int pack_size,
      const std::function<bool(const TrialStatus&)>& may_start = [](const auto&) { return true; });
  /// Waiting trials that `trial` could train with, itself included.
  int companions(const TrialStatus& trial);
  /// Unknown ids are ignored: an event log may tell of trials that a changed plan no longer has.
  void started(const std::string& id, int attempt, double time);
  void reported(const std::string& id, const trial::EpochEvent& epoch, double time);
  /// `interrupted` puts the trial back to waiting; so does `again`, which counts as an attempt.
  void ended(const std::string& id, store::Outcome outcome, const std::string& reason, double time,
             bool again = false);
  /// Every running trial is back to waiting: whoever ran it is gone.
  void all_interrupted();

  /// They stay where they are as long as the board lives.
  const std::vector<TrialStatus>& trials() const { return trials_; }
  const TrialStatus& trial(const std::string& id) const { return trials_.at(index_.at(id)); }
  std::size_t classes() const { return classes_.size(); }
  /// Names a class in files that outlive the board: equal names, equal cost.
  const std::string& class_name(int cost_class) const {
    return classes_[static_cast<std::size_t>(cost_class)].name;
  }
  /// Of the selected trials.
  Totals totals() const;

 private:
  struct CostClass {
    std::string name;
    double seconds = 0;               // predicted, or the estimated cost: for the order alone
    std::deque<std::size_t> waiting;  // may hold trials that no longer wait
  };

  int class_of(const experiment::PlannedTrial& planned, std::unordered_map<std::string, int>& known);
  void fill_queues();
  void wait_again(std::size_t trial);
  std::optional<std::size_t> front(std::deque<std::size_t>& queue);
  std::optional<std::size_t> find(const std::string& id) const;

  std::vector<TrialStatus> trials_;
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<CostClass> classes_;
  std::vector<std::size_t> order_;   // of classes, the longest first
  std::deque<std::size_t> retries_;  // waiting trials that have failed before
  bool queues_filled_ = false;
};

/// Share of a trial's work that is done, 0 to 1.
double fraction_done(const TrialStatus& trial);

}  // namespace lnn::sweep
