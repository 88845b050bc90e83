#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "experiment/plan.h"
#include "store/file_stamp.h"
#include "store/trial_record.h"

/// A sweep's folder and where things lie in it.
namespace lnn::store {

struct RunDirectory {
  std::filesystem::path root;

  std::filesystem::path experiment() const { return root / "experiment.json"; }
  std::filesystem::path plan() const { return root / "plan.json"; }
  /// What a whole sweep tells; or one part of it, `shard` "K/N" (sweep/shard.h): events.shard-K-of-N.jsonl.
  std::filesystem::path events(const std::string& shard = {}) const {
    return root / ("events" + suffix_of(shard) + ".jsonl");
  }
  std::filesystem::path lock(const std::string& shard = {}) const {
    return root / ("lock" + suffix_of(shard));
  }
  std::filesystem::path results() const { return root / "results.h5"; }
  std::filesystem::path pace() const { return root / "pace.json"; }  ///< what trials took (sweep/pace.h)
  std::filesystem::path trials() const { return root / "trials"; }
  std::filesystem::path checkpoints() const { return root / "checkpoints"; }
  std::filesystem::path configs() const { return root / "configs"; }
  std::filesystem::path logs() const { return root / "logs"; }
  std::filesystem::path quarantine() const { return root / "quarantine"; }
  std::filesystem::path trial(const std::string& id) const { return trials() / (id + ".h5"); }
  std::filesystem::path checkpoint(const std::string& id) const { return checkpoints() / (id + ".h5"); }
  std::filesystem::path config(const std::string& id) const { return configs() / (id + ".json"); }
  std::filesystem::path log(const std::string& id) const { return logs() / (id + ".log"); }
  /// Why a trial is not started any more, and how to reproduce that.
  std::filesystem::path quarantine(const std::string& id) const { return quarantine() / (id + ".txt"); }

  /// What names of a part's files have: ".shard-2-of-5" for "2/5", nothing for a whole sweep.
  static std::string suffix_of(const std::string& shard) {
    const std::size_t slash = shard.find('/');
    if (slash == std::string::npos) return {};
    return ".shard-" + shard.substr(0, slash) + "-of-" + shard.substr(slash + 1);
  }
};

/// The plan of a run. Throws UserError, with what to do, when `run` is not a folder that `lnn-sweep run`
/// made; EnvironmentError when its plan is damaged.
experiment::Plan read_run_plan(const RunDirectory& run);

/// What is on disk for the planned trials.
struct RunContents {
  std::map<std::string, TrialRecord> records;  ///< id -> summary (no history, no model)
  std::map<std::string, std::string> damaged;  ///< id -> what is wrong with its file
  std::map<std::string, FileStamp> stamps;     ///< id -> its file when it was read

  /// Adds trials that are not yet there.
  void merge(RunContents others);
};

/// Reads the summary of every planned trial's file. A damaged file is listed, never fatal. Throws nothing
/// else.
RunContents scan_trials(const RunDirectory& run, const experiment::Plan& plan);

/// Rebuilds RUN/results.h5 from RUN/trials atomically: `/trials/<id>` as in the trial file and `/table`
/// (store/results_table.h), one compound row per (trial, arm), and `/plan`, the text of plan.json. Damaged
/// files are left out of `/trials`, have the outcome "damaged" in `/table`. Returns what it found. Throws
/// EnvironmentError when it cannot be written; an old file then stays as it was.
RunContents collect(const RunDirectory& run, const experiment::Plan& plan);

}  // namespace lnn::store
