#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "store/run_directory.h"
#include "sweep/board.h"
#include "sweep/event_log.h"
#include "sweep/run_lock.h"

/// A run as its folder tells it, to a reader that never disturbs the sweep.
namespace lnn::sweep {

struct RunStatus {
  store::RunDirectory run;
  std::optional<LockHolder> holder;  ///< the sweep that works there now
  Board board;
  std::map<std::string, std::string> damaged;  ///< id -> what is wrong with its file
  double elapsed = 0;                          ///< of the current or last sweep [s]; 0 before the first
  std::optional<double> remaining;             ///< forecast [s]; nothing when no sweep runs
};

class StatusReader {
 public:
  explicit StatusReader(store::RunDirectory run);
  /// Reads plan.json, trials/ and what is new in events.jsonl. Throws UserError when there is no run,
  /// EnvironmentError for a damaged plan.
  RunStatus read();

 private:
  store::RunDirectory run_;
  RunLockReader lock_;
  EventReader reader_;
  std::vector<nlohmann::json> events_;  ///< of the current or last sweep
};

/// The stable form for other programs:
/// {"schema_version": 1, "run", "alive", "holder": {"host", "pid", "start"} or null, "elapsed_seconds",
///  "remaining_seconds" (null when unknown), "counts": {"trials", "waiting", "running", "completed", ...},
///  "trials": [{"id", "label", "seed", "state", "outcome" (or null), "reason", "attempts", "epoch", "epochs",
///  "train_total", "validation_total", "best_validation_total", "epoch_seconds" (these six null before the
///  first epoch)}], "damaged": {id: problem}}
nlohmann::json to_json(const RunStatus& status);

}  // namespace lnn::sweep
