#include "training/trainer.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <utility>

#include "base/error.h"
#include "training/schedule.h"

namespace lnn::training {
namespace {

void copy_validation(const EpochRecord& from, EpochRecord& to) {
  to.validation_total = from.validation_total;
  to.validation_base = from.validation_base;
  to.validation_penalty = from.validation_penalty;
  to.validation_symmetry = from.validation_symmetry;
  to.wrong_signature_share = from.wrong_signature_share;
  to.largest_condition_number = from.largest_condition_number;
}

int finished_epochs(const Task& task) {
  return task.start ? static_cast<int>(task.start->so_far.history.size()) : 0;
}

void require_in_step(const std::vector<Task>& tasks) {
  const std::vector<Phase>& expected = tasks.front().member.options.phases;
  for (const Task& task : tasks) {
    const std::vector<Phase>& phases = task.member.options.phases;
    invariant(phases.size() == expected.size(), "tasks in step have the same number of phases");
    for (std::size_t p = 0; p < phases.size(); ++p)
      invariant(phases[p].epochs == expected[p].epochs, "tasks in step have the same number of epochs");
    invariant(finished_epochs(task) == finished_epochs(tasks.front()), "tasks in step start together");
  }
}

// An epoch of all phases, zero-based.
struct Place {
  std::size_t phase = 0;
  int epoch = 0;  // within the phase
};

// The epoch that follows `finished` ones; in a phase beyond the last when there is none.
Place place_after(int finished, const std::vector<Phase>& phases) {
  Place place;
  for (const Phase& phase : phases) {
    if (finished < phase.epochs) break;
    finished -= phase.epochs;
    ++place.phase;
  }
  place.epoch = finished;
  return place;
}

TrainingResult copy_of(const TrainingResult& result) {
  TrainingResult copy = result;
  copy.best_parameters = result.best_parameters.clone();
  return copy;
}

// One task on its way through the phases.
class Run {
 public:
  explicit Run(const Task& task) : task_(task) {
    if (task.start) {
      invariant(!task.start->so_far.divergence, "a diverged training has ended");
      result_ = copy_of(task.start->so_far);
    } else {
      result_.best_parameters = task.member.network->parameters().clone();
    }
  }

  const Task& task() const { return task_; }
  const TrainingResult& result() const { return result_; }
  bool live() const { return !result_.divergence; }

  void set_initial(const EpochRecord& validation) { result_.initial = validation; }

  void load_best() const { task_.member.network->parameters().copy_(result_.best_parameters); }

  // Takes in an epoch; true when its model is the best so far.
  bool finish_epoch(EpochSteps steps, const EpochRecord& validation) {
    if (!steps.divergence && !std::isfinite(validation.validation_total))
      steps.divergence = Divergence{0, 0, "validation loss"};
    if (steps.divergence) {
      steps.divergence->epoch = static_cast<int>(result_.history.size()) + 1;
      result_.divergence = steps.divergence;
      return false;
    }
    copy_validation(validation, steps.record);
    steps.record.seconds += validation.seconds;
    result_.history.push_back(steps.record);
    const bool keep_last = task_.member.options.selection == Selection::last;
    if (!keep_last && !(validation.validation_total < best_total())) return false;
    result_.best_epoch = static_cast<int>(result_.history.size());
    return true;
  }

  void keep_best() { result_.best_parameters.copy_(task_.member.network->parameters()); }

  void end() const {
    load_best();
    task_.on_end(result_);
  }

  TrainingResult take() { return std::move(result_); }

 private:
  double best_total() const {
    if (result_.best_epoch == 0) return std::numeric_limits<double>::infinity();
    return result_.history[static_cast<std::size_t>(result_.best_epoch - 1)].validation_total;
  }

  const Task& task_;
  TrainingResult result_;
};

// Adds the next pass of an epoch to those before it; losses are sums until they are divided.
void add_pass(const EpochSteps& pass, EpochSteps& epoch) {
  epoch.record.train_total += pass.record.train_total;
  epoch.record.train_base += pass.record.train_base;
  epoch.record.train_penalty += pass.record.train_penalty;
  epoch.record.train_symmetry += pass.record.train_symmetry;
  epoch.record.gradient_norm += pass.record.gradient_norm;
  epoch.record.seconds += pass.record.seconds;
}

void divide_by_passes(int passes, EpochRecord& record) {
  for (double* sum : {&record.train_total, &record.train_base, &record.train_penalty, &record.train_symmetry,
                      &record.gradient_norm})
    *sum /= passes;
}

// All tasks that still train, through one phase.
class PhasePass {
 public:
  PhasePass(std::vector<Run>& all, Stepper& stepper, int phase) : stepper_(stepper), phase_(phase) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].live()) continue;
      runs_.push_back(&all[i]);
      members_.push_back(i);
    }
  }

  bool empty() const { return runs_.empty(); }

  void start() {
    std::vector<StateSet> sets;
    for (const Run* run : runs_) {
      run->load_best();
      sets.push_back(run->task().phase_data(phase_));
      samples_.push_back(sets.back().size());
    }
    stepper_.start_phase(members_, std::move(sets));
  }

  // To the middle of the phase, where the tasks want to continue.
  void restore() {
    std::vector<OptimizerState> states;
    for (const Run* run : runs_) states.push_back(run->task().start->now);
    stepper_.restore(states);
  }

  int epochs() const { return phase_of(*runs_.front()).epochs; }

  // Ended tasks keep their places until the phase is over. Returns false when every task has ended.
  bool run_epoch(int t) {
    std::vector<EpochSteps> steps = train_passes(t);
    const std::vector<EpochRecord> validations = stepper_.validate();
    bool any_live = false;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (!runs_[i]->live()) continue;
      steps[i].record.phase = phase_;
      finish_epoch(i, std::move(steps[i]), validations[i]);
      any_live = any_live || runs_[i]->live();
    }
    return any_live;
  }

  std::optional<TrainingState> state_of(std::size_t task) const {
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      if (members_[i] == task && runs_[i]->live())
        return TrainingState{copy_of(runs_[i]->result()), stepper_.state(i)};
    }
    return std::nullopt;
  }

 private:
  // Means over the epoch's passes; a training that diverges is retired at once.
  std::vector<EpochSteps> train_passes(int epoch) {
    std::vector<EpochSteps> sums(runs_.size());
    const int passes = runs_.front()->task().member.options.passes_per_epoch;
    for (int p = 0; p < passes; ++p) {
      const int t = epoch * passes + p;
      const std::vector<EpochSteps> pass = train_pass(t);
      for (std::size_t i = 0; i < runs_.size(); ++i) {
        if (!runs_[i]->live() || sums[i].divergence) continue;
        add_pass(pass[i], sums[i]);
        sums[i].record.learning_rate = rate_of(*runs_[i], t);
        if (!pass[i].divergence) continue;
        sums[i].divergence = pass[i].divergence;
        sums[i].divergence->step += p * steps_per_pass(i);
        stepper_.retire(i);
      }
    }
    for (EpochSteps& sum : sums) divide_by_passes(passes, sum.record);
    return sums;
  }

  std::vector<EpochSteps> train_pass(int t) {
    std::vector<std::vector<std::int64_t>> orders;
    std::vector<double> rates;
    for (std::size_t i = 0; i < runs_.size(); ++i) {
      const TrainingOptions& options = runs_[i]->task().member.options;
      orders.push_back(shuffled_order(samples_[i], options.shuffle_seed, phase_, t));
      rates.push_back(rate_of(*runs_[i], t));
    }
    return stepper_.train_epoch(orders, rates);
  }

  double rate_of(const Run& run, int t) const {
    return learning_rate(run.task().member.options.schedule, phase_of(run), t);
  }

  int steps_per_pass(std::size_t i) const {
    const int batch = runs_[i]->task().member.options.batch_size;
    return static_cast<int>((samples_[i] + batch - 1) / batch);
  }

  const Phase& phase_of(const Run& run) const {
    return run.task().member.options.phases[static_cast<std::size_t>(phase_)];
  }

  void finish_epoch(std::size_t i, EpochSteps steps, const EpochRecord& validation) {
    Run& run = *runs_[i];
    if (run.finish_epoch(std::move(steps), validation)) {
      stepper_.fetch_parameters(i);
      run.keep_best();
    }
    if (run.live()) {
      run.task().on_epoch(run.result());
    } else {
      stepper_.retire(i);
      run.end();
    }
  }

  std::vector<Run*> runs_;
  std::vector<std::size_t> members_;  // the runs' places among all
  Stepper& stepper_;
  int phase_;
  std::vector<std::int64_t> samples_;  // of each run's training set
};

}  // namespace

std::vector<TrainingResult> train(const std::vector<Task>& tasks, Stepper& stepper,
                                  const AfterEpoch& after_epoch) {
  require_in_step(tasks);
  std::vector<Run> all(tasks.begin(), tasks.end());
  const std::vector<Phase>& phases = tasks.front().member.options.phases;
  int finished = finished_epochs(tasks.front());
  for (Place place = place_after(finished, phases); place.phase < phases.size();
       place = {place.phase + 1, 0}) {
    PhasePass pass(all, stepper, static_cast<int>(place.phase));
    if (pass.empty()) break;
    pass.start();
    if (place.epoch > 0) pass.restore();
    if (finished == 0) {
      const std::vector<EpochRecord> initial = stepper.validate();
      for (std::size_t i = 0; i < all.size(); ++i) all[i].set_initial(initial[i]);
    }
    for (int t = place.epoch; t < pass.epochs() && pass.run_epoch(t); ++t)
      after_epoch(++finished, [&pass](std::size_t task) { return pass.state_of(task); });
  }
  std::vector<TrainingResult> results;
  for (Run& run : all) {
    if (run.live()) run.end();
    results.push_back(run.take());
  }
  return results;
}

Trainer::Trainer(TrainingOptions options, LossOptions loss, const network::Network& network,
                 jets::Engine& engine)
    : options_(std::move(options)), loss_(loss), network_(network), engine_(engine) {}

TrainingResult Trainer::run(const PhaseData& phase_data, const StateSet& validation,
                            const OnEpoch& on_epoch) {
  const Member member{options_, loss_, &network_, validation};
  EngineStepper stepper(member, engine_);
  return train({Task{member, phase_data, on_epoch}}, stepper).front();
}

}  // namespace lnn::training
