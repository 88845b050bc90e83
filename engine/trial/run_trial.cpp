#include "trial/run_trial.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "base/machine.h"
#include "base/sign_of_life.h"
#include "discrete/stepper.h"
#include "experiment/pack.h"
#include "training/trainer.h"
#include "trial/evaluation.h"
#include "trial/prepared_trial.h"
#include "trial/provenance.h"

namespace lnn::trial {
namespace {

EpochEvent event_of(const training::TrainingResult& result, int epochs) {
  const training::EpochRecord& last = result.history.back();
  const training::EpochRecord& best = result.history[static_cast<std::size_t>(result.best_epoch - 1)];
  return {static_cast<int>(result.history.size()),
          epochs,
          last.train_total,
          last.validation_total,
          best.validation_total,
          last.learning_rate,
          last.seconds};
}

void require_one_shape(const std::vector<PreparedTrial>& trials) {
  const PreparedTrial& first = trials.front();
  for (const PreparedTrial& trial : trials) {
    const auto difference = experiment::pack_difference(first.config(), trial.config());
    if (!difference) continue;
    throw_user_error(
        "trials {} and {} cannot train as one pack ({} is {} in the first and {} in the second). Train them "
        "in "
        "separate calls.",
        first.id(), trial.id(), difference->key, difference->first, difference->second);
  }
}

std::unique_ptr<training::Stepper> make_stepper(const jets::EngineOptions& options,
                                                const std::vector<PreparedTrial>& trials,
                                                const std::vector<training::Member>& members) {
  if (!trials.front().discrete()) return training::make_stepper(options, members);
  std::vector<discrete::DiscreteMember> discrete_members;
  std::vector<std::unique_ptr<jets::Engine>> engines;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    discrete_members.push_back(trials[i].discrete_member(members[i]));
    engines.push_back(jets::make_engine(options, trials[i].network()));
  }
  return std::make_unique<discrete::DiscreteStepper>(std::move(discrete_members), std::move(engines));
}

std::map<std::string, std::string> provenance_of(const RunOptions& options, const jets::EngineFacts& engine,
                                                 std::size_t pack_size) {
  std::map<std::string, std::string> facts = machine_provenance();
  facts["start"] = iso_time(unix_seconds());
  facts["backend"] = engine.backend;
  facts["precision"] = engine.precision;
  facts["device"] = engine.device;
  facts["instruction_set"] = engine.instruction_set;
  facts["pack_size"] = std::to_string(pack_size);
  facts["threads"] = std::to_string(options.threads);
  return facts;
}

// Before and after the training there is nothing to save that would not be saved already.
BreakOff::Check stops_at_once(const CheckpointOptions& options) {
  return [&options] {
    if (!options.files.empty() && options.stop_between())
      throw Stopped("stopped before or after the training. Run the same command again to continue.");
  };
}

}  // namespace

void prepare_process(int threads) {
  at::set_num_threads(threads);
  // Gradients on the plateau before learning starts are so small that denormal numbers slow training down 2.3
  // times.
  at::globalContext().setFlushDenormal(true);
}

std::vector<store::TrialRecord> run_trials(const std::vector<experiment::Json>& configs,
                                           const RunOptions& options, const PackEvents& events) {
  invariant(!configs.empty(), "a pack has at least one trial");
  prepare_process(options.threads);
  const Doing preparing("data");
  std::optional<BreakOff> stoppable(stops_at_once(options.checkpoints));
  std::vector<PreparedTrial> trials(configs.begin(), configs.end());
  require_one_shape(trials);
  std::vector<training::Member> members;
  for (const PreparedTrial& trial : trials) members.push_back(trial.member());
  const auto stepper = make_stepper(options.engine, trials, members);
  Checkpoints checkpoints(options.checkpoints, trials, options.attempt,
                          provenance_of(options, stepper->facts(), trials.size()));

  bool all_trained = false;
  std::vector<store::TrialRecord> records(trials.size());
  std::vector<training::Task> tasks;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    training::Task& task = tasks.emplace_back();
    task.member = members[i];
    task.start = checkpoints.start(i);
    task.phase_data = [&trial = trials[i]](int phase) { return trial.phase_data(phase); };
    task.on_epoch = [&, i](const training::TrainingResult& so_far) {
      if (so_far.best_epoch > 0) events.on_epoch(i, event_of(so_far, trials[i].epochs()));
    };
    task.on_end = [&, i](const training::TrainingResult& result) {
      records[i] = trials[i].record(result);
      if (result.best_epoch > 0) {
        const Doing evaluating("evaluation");
        std::optional<BreakOff> alone;
        if (all_trained || trials.size() == 1) alone.emplace(stops_at_once(options.checkpoints));
        add_evaluation(records[i], evaluate(trials[i], trials[i].config().rollout));
      }
      records[i].attempts = options.attempt;
      records[i].provenance = checkpoints.provenance(i);
      records[i].provenance["end"] = iso_time(unix_seconds());
      records[i].provenance["peak_memory_mib"] = fmt::format("{:.1f}", peak_resident_mebibytes());
      events.on_end(i, records[i]);
    };
  }
  stoppable.reset();
  const Doing learning("training");
  training::train(tasks, *stepper, [&](int epochs, const training::StateOf& state_of) {
    checkpoints.after_epoch(epochs, state_of);
    all_trained = epochs == trials.front().epochs();
  });
  return records;
}

store::TrialRecord run_trial(const experiment::Json& config, const RunOptions& options) {
  PackEvents events;
  events.on_epoch = [&](std::size_t, const EpochEvent& event) { options.on_epoch(event); };
  return run_trials({config}, options, events).front();
}

}  // namespace lnn::trial
