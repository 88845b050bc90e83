#pragma once

#include <filesystem>

#include "experiment/experiment_file.h"
#include "experiment/plan.h"
#include "store/run_directory.h"
#include "store/trial_file.h"

/// Run folders with made-up results.
namespace lnn::test {

/// A completed trial without numbers.
inline store::TrialRecord completed_trial(const experiment::PlannedTrial& trial) {
  store::TrialRecord record;
  record.id = trial.id;
  record.config = trial.config().dump();
  record.outcome = store::Outcome::completed;
  return record;
}

/// Plans the experiment at desk scale, and writes the plan and what `make` gives for each trial.
template <class Make>
experiment::Plan write_run(const store::RunDirectory& run, const experiment::Json& experiment, Make make) {
  std::filesystem::create_directories(run.trials());
  const auto file = experiment::parse_experiment(experiment.dump(), "x.json");
  const auto plan = experiment::make_plan({file}, "desk", experiment::Json::object(), {});
  experiment::write_plan(plan, run.plan());
  for (const auto& trial : plan.trials) store::write_trial(run.trial(trial.id), make(trial));
  return plan;
}

}  // namespace lnn::test
