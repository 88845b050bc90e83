#pragma once

#include <string>
#include <vector>

#include "analysis/runs.h"
#include "experiment/experiment_file.h"
#include "store/trial_file.h"
#include "tests/store/sample_trials.h"

/// A real plan of two experiments that share an arm, with made-up results.
namespace lnn::test {

inline experiment::Json small_experiment(const std::string& seeds = "[1, 2, 3]") {
  experiment::Json experiment = experiment::Json::parse(R"({
    "name": "widths", "title": "Widths", "system": "sphere",
    "base": {"data.samples": 100, "training.epochs": 1},
    "grid": {"network.width": [8, 16, 128], "network.activation": ["gelu", "xtanh"]}
  })");
  experiment["seeds"] = experiment::Json::parse(seeds);
  return experiment;
}

/// The arm "base" is the gelu network of width 16 of the other experiment.
inline experiment::Json sharing_experiment() {
  return experiment::Json::parse(R"({
    "name": "rates", "system": "sphere", "seeds": [1, 2, 3],
    "base": {"data.samples": 100, "training.epochs": 1, "network.width": 16, "network.activation": "gelu"},
    "cases": [{"label": "fast", "set": {"training.learning_rate": 0.01}}, {"label": "base", "set": {}}]
  })");
}

inline experiment::Plan plan_of(const std::vector<experiment::Json>& experiments,
                                const std::string& scale = "desk") {
  std::vector<experiment::ExperimentFile> files;
  for (const auto& text : experiments) files.push_back(experiment::parse_experiment(text.dump(), "x.json"));
  return experiment::make_plan(files, scale, experiment::Json::object(), {});
}

/// Completed; the loss is 1 over the width, times the seed.
inline store::TrialRecord small_record(const experiment::PlannedTrial& trial) {
  const auto network = trial.config().at("network");
  const double loss = network.at("seed").get<double>() / network.at("width").get<double>();
  store::TrialRecord record = completed_record(trial.id, loss, 0.5);
  record.metrics["seconds"] = {36, "s", "wall time"};
  record.provenance = {{"processor", "one"}, {"threads", "2"}};
  return record;
}

/// In memory; every planned trial completed.
inline analysis::RunResults small_run(const std::vector<experiment::Json>& experiments) {
  analysis::RunResults run{"RUN", plan_of(experiments), {}};
  for (const auto& trial : run.plan.trials) run.contents.records[trial.id] = small_record(trial);
  return run;
}

}  // namespace lnn::test
