#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sweep/board.h"
#include "sweep/slot.h"

/// RUN/events.jsonl: one JSON object a line, only ever appended to. Each has "time" (seconds since
/// 1970-01-01 UTC) and "event":
///
///   sweep_start {host, pid, slots, waiting}       trial_start {id, label, seed, attempt, slot}
///   epoch {id, epoch, epochs, train_total, ...}   trial_end {id, outcome, reason, seconds, again}
///   slot_lost {slot, reason}                      drain {reason}, from here on nothing is started
///   sweep_end {exit_code}
///
/// Epochs are thinned to about one line a second per trial and ten a second in all. Lines reach the file with
/// flush().
namespace lnn::sweep {

class EventLog {
 public:
  /// Throws EnvironmentError when the file cannot be opened.
  explicit EventLog(const std::filesystem::path& path);
  ~EventLog();
  EventLog(const EventLog&) = delete;
  EventLog& operator=(const EventLog&) = delete;

  void sweep_started(int slots, int waiting);
  void trial_started(const TrialStatus& trial, int slot);
  void epoch(const std::string& id, const trial::EpochEvent& epoch);
  /// `again`: the trial will be started once more.
  void trial_ended(const std::string& id, const TrialEnd& end, bool again = false);
  void slot_lost(int slot, const std::string& reason);
  /// Nothing is started any more, and what runs is to save and stop.
  void draining(const std::string& reason);
  void sweep_ended(int exit_code);
  /// Throws EnvironmentError when the file cannot be written; what it did not take stays for the next call.
  void flush();

 private:
  void append(const std::string& event, nlohmann::json content);

  std::filesystem::path path_;
  int descriptor_;
  std::string pending_;
  std::map<std::string, double> last_epoch_;  ///< running trial -> time of its last epoch line
};

/// Reads the log while somebody else may be writing it.
class EventReader {
 public:
  explicit EventReader(std::filesystem::path path) : path_(std::move(path)) {}
  /// The events since the last call; lines that a killed writer left torn are skipped.
  std::vector<nlohmann::json> read_new();

 private:
  std::filesystem::path path_;
  std::int64_t offset_ = 0;
};

}  // namespace lnn::sweep
