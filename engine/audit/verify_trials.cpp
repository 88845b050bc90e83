#include "audit/verify_parts.h"
#include "base/error.h"
#include "experiment/trial_config.h"
#include "store/outcomes.h"
#include "store/results_file.h"
#include "store/trial_file.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;
using experiment::Json;
using store::TrialRecord;

constexpr const char* train_again = "Run the sweep again: only this trial is trained anew.";

// "" when the text is a configuration of the trial `id`, otherwise what it is.
std::string misfit(const std::string& config, const std::string& id) {
  const Json json = Json::parse(config, nullptr, false);
  if (!json.is_object()) return "its configuration is not JSON";
  try {
    const std::string own = experiment::trial_id(experiment::resolve_config(json, "config"));
    return own == id ? "" : fmt::format("its configuration is that of trial {}", own);
  } catch (const UserError& error) {
    return fmt::format("its configuration makes no sense: {}", error.what());
  }
}

// The seal's note is what status and a resumed sweep look at.
void refuse_other_note(const fs::path& path, const TrialRecord& record) {
  const store::Glance note = store::glance(path);
  if (note.outcome == record.outcome && note.attempts == record.attempts) return;
  throw_environment_error(
      "{}: damaged (its seal tells of a trial that {} in attempt {}, its content of one that {} "
      "in attempt {}). {}",
      path.string(), to_name(note.outcome), note.attempts, to_name(record.outcome), record.attempts,
      train_again);
}

void verify_trial(Inspection& inspection, const std::string& id) {
  const fs::path path = inspection.run.trial(id);
  store::refuse_link(path);
  TrialRecord record = store::read_trial(path);
  store::refuse_other_trial(path, record.id, id);
  refuse_other_note(path, record);
  if (const std::string problem = misfit(record.config, id); !problem.empty()) {
    throw_environment_error("{}: {} (made by version {} of the program). {}", path.string(), problem,
                            record.provenance["program_version"], train_again);
  }
  TrialRecord& summary = inspection.trials[id];
  summary.outcome = record.outcome;
  summary.metrics = std::move(record.metrics);
}

void add_damaged(Inspection& inspection, const std::string& id, const std::string& message) {
  const fs::path path = inspection.run.trial(id);
  const Complaint complaint = split_message(message, path);
  inspection.damaged.insert(id);
  inspection.add(Severity::damaged, path, id, complaint.problem, complaint.remedy);
}

void verify_quickly(Inspection& inspection) {
  store::RunContents contents = store::read_contents(inspection.run, inspection.plan);
  for (const auto& [id, message] : contents.damaged) add_damaged(inspection, id, message);
  inspection.trials = std::move(contents.records);
}

void verify_thoroughly(Inspection& inspection) {
  std::size_t done = 0;
  for (const auto& trial : inspection.plan.trials) {
    inspection.options.on_progress("trials", done++, inspection.plan.trials.size());
    if (!store::is_taken(inspection.run.trial(trial.id))) continue;
    try {
      verify_trial(inspection, trial.id);
    } catch (const EnvironmentError& error) {
      add_damaged(inspection, trial.id, error.what());
    }
  }
}

}  // namespace

void verify_trials(Inspection& inspection) {
  if (inspection.options.quick) {
    verify_quickly(inspection);
  } else {
    verify_thoroughly(inspection);
  }
}

}  // namespace lnn::audit
