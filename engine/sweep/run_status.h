#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/outcomes.h"
#include "sweep/board.h"
#include "sweep/last_sweep.h"
#include "sweep/run_lock.h"

/// A run as its folder tells it, to a reader that never disturbs the sweep and writes nothing.
namespace lnn::sweep {

/// What a run is waiting for.
enum class RunState {
  not_started,  ///< nothing: no sweep has begun
  running,      ///< its trials
  to_continue,  ///< the same command: the last sweep was stopped and took leave
  killed,       ///< the same command: the last sweep ended without a word
  finished      ///< nothing: every trial has a result or has failed
};

/// A whole sweep, or one part of it: the present one or, when none is at work, the last one.
struct SweepStatus {
  Shard shard;
  std::optional<LockHolder> holder = {};  ///< who works on it now
  int slots = 1;
  int running = 0;                        ///< trials
  double begin = 0;                       ///< [s since 1970 UTC]; 0 when its log does not yet tell of it
  double end = 0;                         ///< its last event; now, while it is at work
  std::optional<Draining> draining = {};  ///< at work, but only until what runs has saved and stopped
  std::optional<int> exit_code = {};      ///< when it has ended and taken leave
};

struct RunStatus {
  store::RunDirectory run;
  RunState state = RunState::not_started;
  std::vector<SweepStatus> sweeps;  ///< one, or the parts that are known of
  Board board;
  std::map<std::string, std::string> damaged = {};  ///< id -> what is wrong with its file
  std::set<std::string> quarantined = {};           ///< failed trials with a file in RUN/quarantine
  int retries = 0;                                  ///< starts of trials after their first, in all sweeps
  double elapsed = 0;                               ///< of the current or last sweep [s]; 0 before the first
  std::optional<double> remaining = {};  ///< forecast [s]: each part at work with its own slots, but those
                                         ///< that drain; else nothing
};

class StatusReader {
 public:
  explicit StatusReader(store::RunDirectory run);

  /// Whether a sweep is at work that has not yet written down its plan: read() will do in a moment.
  bool is_starting();

  /// Reads plan.json, trials/ and what is new in the event logs. Throws UserError when there is no run, or
  /// none yet; EnvironmentError for a damaged plan.
  RunStatus read();

 private:
  std::vector<SweepStatus> read_sweeps();
  std::vector<Shard> shards_to_tell(const std::vector<LockHolder>& holders);
  LastSweep& log_of(const Shard& shard);
  void replay(const SweepStatus& sweep, const store::TrialOutcomes& outcomes, Board& board);
  void refuse_without_plan();

  store::RunDirectory run_;
  RunLockReader lock_;
  std::map<std::filesystem::path, LastSweep> logs_;
};

/// The stable form for other programs:
/// {"schema_version": 2, "run",
///  "state": "not_started", "running", "to_continue", "killed" or "finished" (see RunState), "alive": bool,
///  "holders": [{"host", "pid", "start", "shard": "K/N" or null for a whole sweep, "certain": bool}],
///  "sweeps": [{"shard", "alive", "slots", "running", "begin" [s since 1970 UTC],
///  "draining": {"since" [s since 1970 UTC], "reason"} or null, "exit_code" or null}],
///  "elapsed_seconds", "remaining_seconds" (null when unknown),
///  "counts": {"trials", "waiting", "running", "retries", "quarantined", "completed", "diverged", ...},
///  "trials": [{"id", "label", "seed", "state", "outcome" (or null), "reason", "attempts",
///  "quarantine": path of the file that says how to reproduce the failure, or null, "epoch", "epochs",
///  "train_total", "validation_total", "best_validation_total", "epoch_seconds" (these six null before the
///  first epoch)}], "damaged": {id: problem}}
/// Version 1 had one "holder" (an object or null) instead of "holders".
nlohmann::json to_json(const RunStatus& status);

const char* state_name(RunState state);

}  // namespace lnn::sweep
