// Writes a finished run of many small trials, for measuring how quickly runs are read:
//
//   many_trials RUN [TRIALS = 10000] [EPOCHS = 300]
//
// It is what `lnn-sweep run` leaves: 50 arms, each with the same seeds; losses are log-normal around a level
// of their arm, every 97th trial diverged. 10,000 trials of 300 epochs take two minutes and 1 GB, and again
// as much for results.h5.

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>

#include "experiment/experiment_file.h"
#include "experiment/file_format.h"
#include "experiment/plan.h"
#include "store/run_directory.h"
#include "store/trial_file.h"

namespace {

using lnn::experiment::Json;
using lnn::store::Outcome;
using lnn::store::TrialRecord;

constexpr int arms = 50;

/// Five activations and initializations times ten widths.
lnn::experiment::Plan make_plan(int trials) {
  Json seeds = Json::array();
  for (int seed = 1; seed <= trials / arms; ++seed) seeds.push_back(seed);
  Json experiment = Json::parse(R"({
    "name": "many", "title": "Many trials", "system": "double_pendulum",
    "base": {"data.samples": 1000, "training.epochs": 1},
    "grid": {
      "network.activation": ["gelu", "xtanh", "softplus", "quadratic", "softplus+quadratic"],
      "network.width": [16, 24, 32, 40, 48, 56, 64, 72, 80, 88]
    },
    "tables": [{
      "name": "activations", "title": "Validation loss by activation", "rows": ["network.activation"],
      "columns": [{"metric": "best_val_total", "title": "Validation loss", "scale": "log"},
                  {"metric": "instability_train_total", "title": "Training instability", "scale": "log"}]
    }, {
      "name": "arms", "title": "Validation loss by arm", "rows": ["network.activation", "network.width"],
      "columns": [{"metric": "best_val_total", "title": "Validation loss", "scale": "log"}]
    }]
  })");
  experiment["seeds"] = seeds;
  const auto file = lnn::experiment::parse_experiment(experiment.dump(), "many.json");
  return lnn::experiment::make_plan({file}, "desk", Json::object(), {});
}

std::vector<lnn::store::Column> make_history(int epochs, std::mt19937_64& random) {
  std::vector<lnn::store::Column> history;
  std::normal_distribution<double> normal;
  for (const char* name :
       {"learning_rate", "train_total", "train_base", "train_penalty", "val_total", "val_base", "val_penalty",
        "gradient_norm", "wrong_signature_share", "largest_condition_number", "seconds", "phase"}) {
    lnn::store::Column& column = history.emplace_back();
    column = {name, "1", "made up", {}};
    for (int epoch = 0; epoch < epochs; ++epoch) {
      column.values.push_back(std::exp(0.1 * normal(random) - 4.0 * epoch / epochs));
    }
  }
  return history;
}

TrialRecord make_record(const lnn::experiment::PlannedTrial& trial, std::size_t index, int epochs) {
  std::mt19937_64 random(index);
  std::normal_distribution<double> normal;
  TrialRecord record;
  record.id = trial.id;
  record.config = trial.config().dump();
  const bool diverged = index % 97 == 96;
  record.outcome = diverged ? Outcome::diverged : Outcome::completed;
  record.reason = diverged ? "the loss became NaN" : "";
  const double level =
      0.01 * static_cast<double>(1 + std::hash<std::string>{}(trial.members[0].arm->label) % 7);
  for (const auto& metric : lnn::experiment::metric_names()) {
    record.metrics[metric.name] = {level * std::exp(0.5 * normal(random)), metric.unit, metric.meaning};
  }
  record.metrics["seconds"].value = 20;
  record.history = make_history(epochs, random);
  record.model = {{"net.0.weight", {4}, {1, 2, 3, 4}, true}};
  record.provenance = {{"program_version", "0.1.0"},
                       {"libtorch", "1.13.0"},
                       {"backend", "native"},
                       {"precision", "float32"},
                       {"device", "cpu"},
                       {"processor", "made up"},
                       {"threads", "1"},
                       {"host", "here"},
                       {"start", "2026-01-01T00:00:00Z"},
                       {"end", "2026-01-01T00:00:20Z"}};
  return record;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::cerr << "Usage: many_trials RUN [TRIALS] [EPOCHS]\n";
    return 2;
  }
  const lnn::store::RunDirectory run{words[1]};
  const lnn::experiment::Plan plan = make_plan(count > 2 ? std::stoi(words[2]) : 10'000);
  const int epochs = count > 3 ? std::stoi(words[3]) : 300;
  std::filesystem::create_directories(run.trials());
  lnn::experiment::write_plan(plan, run.plan());
  std::size_t index = 0;
  for (const auto& trial : plan.trials) {
    lnn::store::write_trial(run.trial(trial.id), make_record(trial, index++, epochs));
  }
  lnn::store::collect(run, plan);
  std::cout << fmt::format("{}: {} trials of {} epochs\n", words[1], plan.trials.size(), epochs);
  return 0;
}
