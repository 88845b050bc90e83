#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "audit/compare_trials.h"
#include "store/trial_record.h"
#include "sweep/slot.h"

/// One trial of a run, trained once more.
namespace lnn::audit {

struct ReplayOptions {
  std::filesystem::path program;  ///< lnn-sweep-trial
  std::optional<int> threads;     ///< of the trial process; default: as recorded
  std::filesystem::path keep;     ///< where the new result file goes; empty: nowhere
  std::function<void(const trial::EpochEvent&)> on_epoch = [](const trial::EpochEvent&) {};
  std::function<bool()> stop = [] { return false; };  ///< asked often; true: give up
};

/// What came out, beside what is recorded.
struct Replay {
  store::TrialRecord recorded;
  store::TrialRecord repeated;
  std::vector<Difference> differences;  ///< recorded first; empty: bitwise equal, or the same failure
  std::vector<FactDifference> facts;    ///< of provenance; causes, where there are differences

  bool equal() const { return differences.empty(); }
};

/// Trains the trial of a record alone in a process of its own and a folder that disappears, with the backend,
/// precision, device and threads of its provenance ("auto" and one thread where it has none, as after a
/// crash), and compares. Two failures are equal when their outcomes are and, but for the last log line, their
/// reasons. Nothing when it was stopped. Throws EnvironmentError when the trial cannot run here, for example
/// because its device is missing.
std::optional<Replay> replay_trial(const store::TrialRecord& recorded, const ReplayOptions& options);

/// How such a process is started.
sweep::Job replay_job(const store::TrialRecord& recorded, const ReplayOptions& options,
                      const std::filesystem::path& folder);

/// The stable form for other programs:
/// {"schema_version": 1, "id", "equal", "recorded": {"outcome", "reason"}, "repeated": {"outcome", "reason"},
///  "differences": [{"part", "what", "epoch" (or null), "position" (or null), "first", "second",
///  "relative" (or null)}], "provenance": [{"name", "first", "second"}]}; first is what is recorded.
nlohmann::json to_json(const Replay& replay);

/// The same for people, several lines.
std::string to_text(const Replay& replay);

}  // namespace lnn::audit
