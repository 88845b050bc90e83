#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sweep/board.h"
#include "sweep/deadline.h"
#include "sweep/event_log.h"
#include "sweep/pace.h"
#include "sweep/progress.h"
#include "sweep/signals.h"
#include "sweep/slot.h"

/// Who deals out the trials and listens to what becomes of them.
namespace lnn::sweep {

struct MasterOptions {
  /// Everything about a start but its ids, configurations and attempt, which the master fills in.
  Job job;
  /// A trial's configuration as its process shall read it.
  std::function<std::string(const std::string& id)> config;
  int pack = 0;  ///< largest number of trials in one process; 0: as many as serve the device
  RetryPolicy retry;
  Deadline deadline;
  PaceTable earlier;  ///< what trials took before this sweep
  /// Called for every end of a trial, before anything else runs; `again`: it will be started once more.
  std::function<void(const TrialStatus&, const TrialEnd&, bool again)> on_end = [](const auto&, const auto&,
                                                                                   bool) {};
  /// Called about once a second.
  std::function<void()> on_beat = [] {};
};

/// How the dealing out went.
struct SweepEnd {
  std::string stopped;  ///< not empty: why trials still wait ("Ctrl-C", "the time limit", ...)
  std::string problem;  ///< not empty: the environment does not work
  double seconds = 0;   ///< of the whole sweep [s]
  double busy = 0;      ///< that slots were given to trials, all together [s]
  double longest = 0;   ///< of one start [s]
  int starts = 0;
  std::optional<Forecast> forecast;  ///< the first one
  double forecast_after = 0;         ///< when it was made [s after the start]
  PaceTable pace;  ///< of the classes of which trials were completed, else have trained an epoch

  /// No schedule of these starts on `slots` slots could have been shorter than this [s].
  double lower_bound(int slots) const;
};

class Master {
 public:
  /// The references must outlive this.
  Master(const MasterOptions& options, Board& board, Slots& slots, EventLog& events, Progress& progress);

  /// Until every selected trial has ended, nothing more can be started, or somebody stops it. Saves what
  /// runs then (SIGTERM to the trials), and waits for that as long as drain_grace() says.
  SweepEnd run();

 private:
  using Milliseconds = std::chrono::milliseconds;
  struct SlotState {
    std::size_t trials = 0;  // that it has been given and has not reported the end of
    bool out_of_service = false;
  };

  void deal_out();
  bool give_one(std::size_t slot);
  bool may_start(const TrialStatus& trial, double reserve) const;
  double reserve() const;
  int pack_size();
  void start(std::size_t slot, const std::vector<const TrialStatus*>& pack);
  void handle(const SlotEvent& event);
  void handle_epoch(const SlotEvent& event, const trial::EpochEvent& epoch);
  void handle_end(const SlotEvent& event, const TrialEnd& end);
  bool goes_again(const TrialStatus& trial, const TrialEnd& end) const;
  void learn(const TrialStatus& trial, const TrialEnd& end);
  void take_out_of_service(const SlotEvent& event, const TrialEnd& end);
  void obey();
  void stop(const std::string& reason, Milliseconds grace);
  template <class Step>
  void guarded(const Step& step);
  void fail(const std::string& problem);
  Milliseconds drain_grace() const;
  double longest_epoch() const;
  void beat();
  bool idle() const;

  const MasterOptions& options_;
  Board& board_;
  Slots& slots_;
  EventLog& events_;
  Progress& progress_;
  std::vector<SlotState> slot_states_;
  std::set<const TrialStatus*> running_;
  PaceTable cut_short_;                   // by trials that were not trained from beginning to end
  std::vector<double> first_checkpoint_;  // of each class, the longest seen [s]; 0: unknown
  std::optional<Milliseconds> stopping_;  // the grace that running trials were given
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::optional<std::chrono::steady_clock::time_point> last_beat_;
  SweepEnd end_;
};

}  // namespace lnn::sweep
