#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "store/trial_record.h"
#include "trial/protocol.h"

namespace lnn::sweep {

/// What one sweep has told of a trial.
struct TrialTrace {
  int attempt = 0;         ///< the last start; 0: none
  double started = 0;      ///< when that was [s since 1970 UTC]
  int first_epoch = 0;     ///< first one that this start reported; 0: none
  std::string last_epoch;  ///< the line, see epoch_of
  struct End {
    store::Outcome outcome = store::Outcome::failed;
    std::string reason;
    double time = 0;
    bool again = false;  ///< it will be started once more
  };
  std::optional<End> end;  ///< of that start
};

/// Since when and why a sweep starts nothing more.
struct Draining {
  double since = 0;  ///< [s since 1970 UTC]
  std::string reason;
};

struct EpochAt {
  trial::EpochEvent epoch;
  double time = 0;  ///< [s since 1970 UTC]
};

/// The epoch that a line of the log tells; nothing when it is not one.
std::optional<EpochAt> epoch_of(std::string_view line);

/// The last sweep in an event log (sweep/event_log.h), which somebody else may be writing. Logs of large runs
/// are long: what came before that sweep is not read, and lines are searched for what is needed instead of
/// parsed. Damaged lines are skipped.
class LastSweep {
 public:
  explicit LastSweep(std::filesystem::path log) : log_(std::move(log)) {}

  /// Reads what is new. A log that is missing or cannot be read is an empty one.
  void read();

  bool exists() const { return begin_ > 0; }
  double begin() const { return begin_; }  ///< [s since 1970 UTC]
  double last() const;                     ///< of its last event
  int slots() const { return slots_; }
  long pid() const { return pid_; }
  /// Of a sweep that was told to stop and waits, or has waited, for what runs.
  const std::optional<Draining>& draining() const { return draining_; }
  /// Of a sweep that took leave; a killed one did not.
  std::optional<int> exit_code() const { return exit_code_; }
  const std::unordered_map<std::string, TrialTrace>& trials() const { return trials_; }

 private:
  void take(std::string_view line);
  void take_end(TrialTrace& trial, std::string_view line);
  void take_drain(std::string_view line);

  std::filesystem::path log_;
  std::optional<std::int64_t> offset_;  // of the first byte not yet read; nothing before the first look
  double begin_ = 0;
  int slots_ = 1;
  long pid_ = 0;
  std::optional<Draining> draining_;
  std::optional<int> exit_code_;
  std::string last_line_;
  std::unordered_map<std::string, TrialTrace> trials_;
};

}  // namespace lnn::sweep
