#include "audit/replay.h"

#include <algorithm>
#include <utility>

#include "audit/comparison_json.h"
#include "base/error.h"
#include "store/scratch_run.h"
#include "store/trial_file.h"
#include "sweep/local_slots.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;
using store::Outcome;
using store::TrialRecord;

std::string fact_or(const TrialRecord& record, const std::string& name, const std::string& otherwise) {
  const auto fact = record.provenance.find(name);
  return fact == record.provenance.end() ? otherwise : fact->second;
}

// How the process ended; nothing when it was stopped.
std::optional<sweep::TrialEnd> train(const sweep::Job& job, const ReplayOptions& options) {
  constexpr std::chrono::milliseconds patience{100};
  sweep::LocalSlots slots(1);
  slots.start(0, job);
  for (;;) {
    for (const sweep::SlotEvent& event : slots.wait(patience)) {
      if (const auto* end = std::get_if<sweep::TrialEnd>(&event.report)) return *end;
      if (const auto* epoch = std::get_if<trial::EpochEvent>(&event.report)) options.on_epoch(*epoch);
    }
    if (options.stop()) return std::nullopt;
  }
}

TrialRecord result_of(const sweep::TrialEnd& end, const fs::path& file, const TrialRecord& recorded) {
  if (!end.environment_problem.empty() || !end.device_problem.empty()) {
    throw_environment_error(
        "trial {} cannot be trained here ({}). Replay it where its device and libraries are.", recorded.id,
        end.device_problem.empty() ? end.environment_problem : end.device_problem);
  }
  std::error_code absent;
  if (fs::exists(file, absent)) return store::read_trial(file);
  TrialRecord record;
  record.id = recorded.id;
  record.config = recorded.config;
  record.outcome = end.outcome;
  record.reason = end.reason;
  return record;
}

bool is_failure(const TrialRecord& record) {
  return record.outcome != Outcome::completed && record.outcome != Outcome::diverged;
}

// "SIGSEGV (Segmentation fault): <last log line>": only what is before the log line need be the same.
std::string kind_of_failure(const TrialRecord& record) {
  return record.reason.substr(0, record.reason.find(": "));
}

void forgive_log_lines(Replay& replay) {
  if (!is_failure(replay.recorded) || !is_failure(replay.repeated)) return;
  if (kind_of_failure(replay.recorded) != kind_of_failure(replay.repeated)) return;
  std::erase_if(replay.differences, [](const Difference& difference) { return difference.what == "reason"; });
}

std::string outcome_text(const TrialRecord& record) {
  return record.reason.empty() ? to_name(record.outcome)
                               : fmt::format("{} ({})", to_name(record.outcome), record.reason);
}

std::string causes_text(const std::vector<FactDifference>& facts) {
  if (facts.empty()) {
    return "Nothing that is recorded of the two origins differs: suspect the device (GPUs add in any order), "
           "the "
           "memory, or a damaged file.\n";
  }
  std::string text = "Likely causes, in this order:\n";
  for (const FactDifference& fact : facts) text += "  " + to_text(fact, "there", "here") + "\n";
  return text;
}

}  // namespace

sweep::Job replay_job(const TrialRecord& recorded, const ReplayOptions& options, const fs::path& folder) {
  sweep::Job job;
  job.ids = {recorded.id};
  job.configs = {recorded.config};
  job.run = folder.string();
  job.program = options.program.string();
  job.attempt = recorded.attempts;
  job.threads = options.threads.value_or(std::max(1, std::atoi(fact_or(recorded, "threads", "1").c_str())));
  job.backend = fact_or(recorded, "backend", "auto");
  job.precision = fact_or(recorded, "precision", "auto");
  job.device = fact_or(recorded, "device", "auto");
  return job;
}

std::optional<Replay> replay_trial(const TrialRecord& recorded, const ReplayOptions& options) {
  const store::ScratchRun scratch("lnn-sweep-replay");
  const auto end = train(replay_job(recorded, options, scratch.run().root), options);
  if (!end) return std::nullopt;
  const fs::path file = scratch.run().trial(recorded.id);
  Replay replay{recorded, result_of(*end, file, recorded), {}, {}};
  if (!options.keep.empty()) store::write_trial(options.keep, replay.repeated);
  replay.differences = compare_trials(replay.recorded, replay.repeated);
  replay.facts = compare_provenance(replay.recorded.provenance, replay.repeated.provenance);
  forgive_log_lines(replay);
  return replay;
}

nlohmann::json to_json(const Replay& replay) {
  const auto end = [](const TrialRecord& record) {
    return nlohmann::json{{"outcome", to_name(record.outcome)}, {"reason", record.reason}};
  };
  return {{"schema_version", 1},
          {"id", replay.recorded.id},
          {"equal", replay.equal()},
          {"recorded", end(replay.recorded)},
          {"repeated", end(replay.repeated)},
          {"differences", to_json(replay.differences)},
          {"provenance", to_json(replay.facts)}};
}

std::string to_text(const Replay& replay) {
  if (replay.equal() && is_failure(replay.recorded))
    return fmt::format("fails in the same way: {}\n", outcome_text(replay.repeated));
  if (replay.equal()) {
    return fmt::format("bitwise equal: {}, {} epochs, model, metrics and rollouts\n",
                       outcome_text(replay.repeated),
                       replay.repeated.history.empty() ? 0 : replay.repeated.history.front().values.size());
  }
  std::string text = fmt::format("different: {} there, {} here\n", outcome_text(replay.recorded),
                                 outcome_text(replay.repeated));
  text += "First difference: " + to_text(replay.differences.front(), "there", "here") + "\n";
  if (replay.differences.size() > 1)
    text += fmt::format("({} more columns, arrays or metrics differ.)\n", replay.differences.size() - 1);
  return text + causes_text(replay.facts);
}

}  // namespace lnn::audit
