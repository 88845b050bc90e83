#include "audit/verify_parts.h"
#include "base/error.h"
#include "base/files.h"

namespace lnn::audit {
namespace {

using experiment::Json;

constexpr const char* run_again = "Run the sweep again: it writes this file anew.";

// The configuration says so itself when it is not that of the trial's id.
bool fits_its_id(const experiment::PlannedTrial& trial) {
  try {
    trial.config();
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

void verify_plan(Inspection& inspection) {
  std::size_t done = 0;
  std::size_t wrong = 0;
  std::string example;
  for (const auto& trial : inspection.plan.trials) {
    inspection.options.on_progress("plan.json", done++, inspection.plan.trials.size());
    if (fits_its_id(trial)) continue;
    ++wrong;
    example = trial.id;
  }
  if (wrong == 0) return;
  inspection.add(
      Severity::damaged, inspection.run.plan(), "",
      fmt::format("{} of its trials have a configuration that is not theirs, such as {} (damaged, or "
                  "made by another version of the program)",
                  wrong, example),
      run_again);
}

void verify_experiment(Inspection& inspection) {
  const auto path = inspection.run.experiment();
  const auto damaged = [&](const char* problem) {
    inspection.add(Severity::damaged, path, "", problem, "Move it away and run the sweep again.");
  };
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    inspection.add(Severity::damaged, path, "", "is missing", run_again);
    return;
  }
  const Json text = Json::parse(read_text_file(path), nullptr, false);
  if (!text.is_object() || !text.contains("experiments") || !text.contains("overrides")) {
    damaged("damaged (not a description of a run)");
  } else if (text.value("scale", "") != inspection.plan.scale ||
             text.at("experiments") != Json(inspection.plan.experiments)) {
    damaged("does not describe the plan in plan.json");
  }
}

}  // namespace

void verify_description(Inspection& inspection) {
  if (!inspection.options.quick) verify_plan(inspection);
  verify_experiment(inspection);
}

}  // namespace lnn::audit
