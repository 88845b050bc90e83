#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "base/names.h"
#include "store/run_directory.h"
#include "store/trial_record.h"

/// Is a run whole? Only reads.
namespace lnn::audit {

/// Why a planned trial has no result file.
enum class Absence {
  never_started,
  started,      ///< and left no checkpoint
  interrupted,  ///< a checkpoint holds where its training stands
  set_aside,    ///< its file was damaged, and an earlier sweep renamed it
  lost,         ///< the event log tells of its end: the file was deleted or never reached the disk
  damaged,      ///< there is a file, and it cannot be used
};

struct VerifyOptions {
  /// Trust trial files whose size and time are those that results.h5 recorded, and do not compare contents.
  bool quick = false;
  /// A sweep works there: what is unfinished, being written or not yet collected is as it should be.
  bool running = false;
  /// Called often, with what is being read ("trials") and how far that is.
  std::function<void(std::string_view what, std::size_t done, std::size_t total)> on_progress =
      [](std::string_view, std::size_t, std::size_t) {};
};

struct Verification {
  std::string run;
  bool running = false;
  bool quick = false;
  std::size_t planned = 0;                              ///< trials
  std::map<store::Outcome, std::size_t> outcomes;       ///< of trials with a whole file
  std::map<Absence, std::vector<std::string>> missing;  ///< ids, in the plan's order
  std::size_t checkpoints = 0;                          ///< readable ones of unfinished trials
  Findings findings;                                    ///< the damaged before the notes

  std::size_t whole_trials() const;
  std::size_t missing_trials() const;
  /// Nothing is damaged and, unless a sweep is at work, every trial has its file.
  bool whole() const;
};

/// Checks every file of a run: plan and description; trials (seal, checksum, every number readable, id,
/// configuration of this id and of the plan); checkpoints; results.h5 against the trial files; event logs;
/// and what does not belong there. Throws UserError when there is no run, EnvironmentError when its plan
/// cannot be read.
Verification verify_run(const store::RunDirectory& run, const VerifyOptions& options);

/// The stable form for other programs:
/// {"schema_version": 1, "run", "running", "quick", "whole", "planned", "whole_trials",
///  "outcomes": {outcome: count}, "missing": {absence: [ids]}, "checkpoints",
///  "findings": [{"severity": "damaged" or "note", "file", "id" (or null), "problem", "remedy"}]}
nlohmann::json to_json(const Verification& verification);

/// The same for people, several lines.
std::string to_text(const Verification& verification);

}  // namespace lnn::audit

namespace lnn {
template <>
struct EnumNames<audit::Absence> {
  using E = audit::Absence;
  static constexpr const char* what = "absence";
  static constexpr std::array table{std::pair{E::never_started, "never_started"},
                                    std::pair{E::started, "started"},
                                    std::pair{E::interrupted, "interrupted"},
                                    std::pair{E::set_aside, "set_aside"},
                                    std::pair{E::lost, "lost"},
                                    std::pair{E::damaged, "damaged"}};
};
}  // namespace lnn
