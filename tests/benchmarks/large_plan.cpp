// Seconds and memory of the steps of a sweep that grow with the number of its trials:
//
//   large_plan RUN [TRIALS = 100000] [SEEDS = 100]
//
// plans TRIALS trials (five activations times learning rates times SEEDS seeds), writes RUN/plan.json and one
// small trial file for each, and reads them as `status` and a resumed `run` do. Every file is flushed to
// disk: give a RUN in memory (/dev/shm) to measure the program rather than the disk. The folder then serves
// to time the commands themselves: `lnn-sweep status RUN`.

#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <string>

#include "experiment/experiment_file.h"
#include "experiment/plan.h"
#include "store/outcomes.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "sweep/board.h"

namespace {

using lnn::experiment::Json;
using lnn::experiment::Plan;
using lnn::store::Depth;
using lnn::store::Outcome;
using lnn::store::TrialRecord;

lnn::experiment::ExperimentFile make_experiment(int trials, int seeds) {
  Json experiment = Json::parse(R"({
    "name": "large", "title": "A large plan", "system": "double_pendulum",
    "base": {"data.samples": 1000, "training.epochs": 10},
    "grid": {"network.activation": ["gelu", "xtanh", "softplus", "quadratic", "softplus+quadratic"]}
  })");
  const int rates = std::max(1, trials / seeds / 5);
  for (int rate = 1; rate <= rates; ++rate)
    experiment["grid"]["training.learning_rate"].push_back(1e-3 + 1e-9 * rate);
  for (int seed = 1; seed <= seeds; ++seed) experiment["seeds"].push_back(seed);
  return lnn::experiment::parse_experiment(experiment.dump(), "large.json");
}

/// A small one: 10 epochs, a model of four weights.
TrialRecord make_record(const lnn::experiment::PlannedTrial& trial, std::size_t index) {
  TrialRecord record;
  record.id = trial.id;
  record.config = trial.config().dump();
  const bool diverged = index % 97 == 96;
  record.outcome = diverged ? Outcome::diverged : Outcome::completed;
  record.reason = diverged ? "the loss became NaN in epoch 7" : "";
  record.metrics = {{"best_val_total", {0.01, "1", "lowest total validation loss"}},
                    {"seconds", {20, "s", "wall time"}}};
  record.history = {{"val_total", "1", "made up", std::vector<double>(10, 0.5)}};
  record.model = {{"net.0.weight", {4}, {1, 2, 3, 4}, true}};
  record.provenance = {{"program_version", "0.1.0"}, {"host", "here"}};
  return record;
}

double resident_bytes() {
  malloc_trim(0);
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

/// Prints how long a step takes and how much memory its result keeps.
template <class Step>
auto measured(const std::string& name, std::size_t trials, Step step) {
  const double before = resident_bytes();
  const auto start = std::chrono::steady_clock::now();
  auto result = step();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::cout << fmt::format("{:<28} {:7.2f} s {:7.0f} bytes per trial\n", name, seconds.count(),
                           (resident_bytes() - before) / static_cast<double>(trials))
            << std::flush;
  return result;
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::cerr << "Usage: large_plan RUN [TRIALS] [SEEDS]\n";
    return 2;
  }
  const lnn::store::RunDirectory run{words[1]};
  const int wanted = count > 2 ? std::stoi(words[2]) : 100'000;
  const int seeds = count > 3 ? std::stoi(words[3]) : 100;
  std::filesystem::create_directories(run.trials());
  const auto file = make_experiment(wanted, seeds);
  const auto trials = static_cast<std::size_t>(wanted);

  const Plan plan = measured("plan", trials,
                             [&] { return lnn::experiment::make_plan({file}, "desk", Json::object(), {}); });
  measured("write plan.json", trials, [&] {
    lnn::experiment::write_plan(plan, run.plan());
    return 0;
  });
  std::cout << fmt::format("  {} trials, {} bytes of plan.json per trial\n", plan.trials.size(),
                           std::filesystem::file_size(run.plan()) / plan.trials.size());
  measured("read plan.json", trials, [&] { return lnn::experiment::read_plan(run.plan()); });
  measured("write trial files", trials, [&] {
    std::size_t index = 0;
    for (const auto& trial : plan.trials)
      lnn::store::write_trial(run.trial(trial.id), make_record(trial, index++));
    return 0;
  });
  const auto outcomes =
      measured("scan seals", trials, [&] { return lnn::store::scan_outcomes(run, plan, Depth::seal); });
  measured("scan contents", trials, [&] { return lnn::store::scan_outcomes(run, plan, Depth::content); });
  const auto board = measured("board", trials, [&] { return lnn::sweep::Board(plan, outcomes); });
  std::cout << fmt::format("{} of {} trials ended\n", board.totals().done(), board.trials().size());
  return 0;
}
