#include "sweep/probe.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "experiment/cost.h"
#include "experiment/trial_config.h"
#include "store/scratch_run.h"
#include "sweep/devices.h"
#include "sweep/local_slots.h"
#include "sweep/sweep.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using experiment::Json;
using experiment::PlannedTrial;

constexpr int probe_epochs = 3;

/// What is known about the small copy of a class's trial.
struct Measurement {
  const PlannedTrial* trial = nullptr;
  std::string class_name;
  Json config;               // of the trial itself
  double epoch_seconds = 0;  // the shortest: the first one also warms the caches
  double all_epochs = 0;
};

std::vector<Measurement> one_of_each_class(const experiment::Plan& plan) {
  const Board board(plan);
  std::vector<Measurement> result;
  std::set<int> seen;
  for (const PlannedTrial& trial : plan.trials) {
    const int cost_class = board.trial(trial.id).cost_class;
    if (seen.insert(cost_class).second)
      result.push_back({&trial, board.class_name(cost_class), trial.config(), 0, 0});
  }
  return result;
}

// What more samples and epochs add to a process [MiB] and to its file [bytes].
double more_memory(const Json& full, const Json& probed) {
  constexpr double bytes_per_sample = 200;
  // Trials that learn from trajectories draw no samples.
  auto samples = [](const Json& config) {
    return config.value("data", Json::object()).value("samples", 0.0);
  };
  return bytes_per_sample * (samples(full) - samples(probed)) / (1 << 20);
}

double more_bytes(const Json& full) {
  constexpr double columns = 16;
  return columns * sizeof(double) * (full.at("training").value("epochs", 0.0) - probe_epochs);
}

double cost_of(const Json& config) {
  return experiment::estimate_cost(experiment::parse_trial_config(config, "trial"));
}

ClassPace extrapolated(const Measurement& measured, const TrialEnd& end, const fs::path& file) {
  const Json& full = measured.config;
  const Json small = probe_config(full);
  const double scale = cost_of(full) / cost_of(small);
  const double epochs = full.at("training").value("epochs", 1.0);
  ClassPace pace;
  const double training = measured.epoch_seconds * probe_epochs * scale;
  const double rest = std::max(0.0, end.seconds - measured.all_epochs);
  pace.seconds = training + rest;
  pace.first_checkpoint = training / std::max(1.0, epochs) + rest;
  pace.memory = end.peak_memory > 0 ? end.peak_memory + more_memory(full, small) : 0;
  std::error_code absent;
  const auto bytes = fs::file_size(file, absent);
  pace.file_bytes = absent ? 0 : static_cast<double>(bytes) + more_bytes(full);
  return pace;
}

/// Runs the small copies on all slots and listens.
class Prober {
 public:
  Prober(const experiment::Plan& plan, const ProbeOptions& options)
      : options_(options), waiting_(one_of_each_class(plan)), slots_(options.slots, visible_devices()) {}

  PaceTable run() {
    const std::size_t all = waiting_.size();
    while (!waiting_.empty() || !running_.empty()) {
      fill_slots();
      for (const SlotEvent& event : slots_.wait(std::chrono::milliseconds(100))) {
        handle(event);
        if (std::holds_alternative<TrialEnd>(event.report)) options_.on_class(++done_, all);
      }
    }
    return table_;
  }

 private:
  void fill_slots() {
    for (int slot = 0; slot < slots_.count() && !waiting_.empty(); ++slot) {
      if (running_.contains(slot)) continue;
      running_[slot] = std::move(waiting_.back());
      waiting_.pop_back();
      slots_.start(slot, job_of(running_[slot]));
    }
  }

  Job job_of(const Measurement& measurement) const {
    Job job;
    job.ids = {measurement.trial->id};
    job.configs = {probe_config(measurement.config).dump()};
    job.run = scratch_.run().root;
    job.program = trial_program();
    job.threads = options_.threads;
    job.backend = options_.engine.backend;
    job.precision = options_.engine.precision;
    job.device = options_.engine.device;
    return job;
  }

  void handle(const SlotEvent& event) {
    Measurement& measured = running_.at(event.slot);
    if (const auto* epoch = std::get_if<trial::EpochEvent>(&event.report)) {
      measured.all_epochs += epoch->seconds;
      const bool first = measured.epoch_seconds == 0;
      measured.epoch_seconds = first ? epoch->seconds : std::min(measured.epoch_seconds, epoch->seconds);
      return;
    }
    const auto& end = std::get<TrialEnd>(event.report);
    if (!end.environment_problem.empty()) throw EnvironmentError(end.environment_problem);
    if (is_result(end.outcome) && measured.epoch_seconds > 0)
      table_[measured.class_name] = extrapolated(measured, end, scratch_.run().trial(event.id));
    running_.erase(event.slot);
  }

  const ProbeOptions& options_;
  std::vector<Measurement> waiting_;
  std::map<int, Measurement> running_;
  PaceTable table_;
  std::size_t done_ = 0;
  store::ScratchRun scratch_{"lnn-sweep-probe"};  // outlives the processes that write into it
  LocalSlots slots_;
};

void shrink(Json& number, double most) {
  if (number.is_number() && number.get<double>() > most) number = static_cast<int>(most);
}

}  // namespace

Json probe_config(const Json& config) {
  Json small = config;
  Json& training = small.at("training");
  training["epochs"] = probe_epochs;
  if (training.contains("phases")) training["phases"] = Json::array();
  if (training.contains("passes_per_epoch")) shrink(training["passes_per_epoch"], 10);
  constexpr int batches = 20;
  if (!small.value("data", Json::object()).contains("samples")) return small;
  Json& data = small.at("data");
  const double samples = data.at("samples");
  const double few = batches * training.at("batch_size").get<double>();
  if (few >= samples) return small;
  data["samples"] = static_cast<int>(few);
  // In proportion, so that validation keeps its share of an epoch.
  const double validation = data.value("validation_samples", 0.0) * few / samples;
  if (data.contains("validation_samples"))
    data["validation_samples"] = std::max(2, static_cast<int>(validation));
  return small;
}

PaceTable probe(const experiment::Plan& plan, const ProbeOptions& options) {
  return Prober(plan, options).run();
}

}  // namespace lnn::sweep
