#include "training/engine_stepper.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/sign_of_life.h"
#include "training/stopwatch.h"

namespace lnn::training {
namespace {

// Running mean of batch losses.
class LossMean {
 public:
  void add(const BatchLoss& loss) {
    total_ += loss.total;
    base_ += loss.base;
    penalty_ += loss.penalty;
    ++batches_;
  }
  double total() const { return total_ / batches_; }
  double base() const { return base_ / batches_; }
  double penalty() const { return penalty_ / batches_; }

 private:
  double total_ = 0;
  double base_ = 0;
  double penalty_ = 0;
  int batches_ = 0;
};

}  // namespace

EpochRecord evaluate(const LossOptions& loss, int batch_size, jets::Engine& engine, const StateSet& set) {
  const Stopwatch watch;
  LossMean mean;
  EpochRecord record;
  std::int64_t wrong = 0;
  for (std::int64_t first = 0; first < set.size(); first += batch_size) {
    still_alive();
    const std::int64_t count = std::min<std::int64_t>(batch_size, set.size() - first);
    const at::Tensor x = set.x.narrow(0, first, count);
    const Motion motion = solve_motion(engine.forward(x, lagrangian_tangents(x), jets::Keep::values_only));
    const BatchLoss batch = batch_loss(loss, motion, set.a.narrow(0, first, count));
    mean.add(batch);
    wrong += batch.wrong_signature;
    record.largest_condition_number =
        std::max(record.largest_condition_number, batch.largest_condition_number);
  }
  record.validation_total = mean.total();
  record.validation_base = mean.base();
  record.validation_penalty = mean.penalty();
  record.wrong_signature_share = static_cast<double>(wrong) / static_cast<double>(set.size());
  record.seconds = watch.seconds();
  return record;
}

EngineStepper::EngineStepper(std::vector<Member> members, std::vector<std::unique_ptr<jets::Engine>> engines)
    : members_(std::move(members)), owned_(std::move(engines)) {
  for (const auto& engine : owned_) engines_.push_back(engine.get());
}

EngineStepper::EngineStepper(Member member, jets::Engine& engine)
    : members_{std::move(member)}, engines_{&engine} {}

jets::EngineFacts EngineStepper::facts() const {
  return engines_.front()->facts();
}

void EngineStepper::start_phase(const std::vector<std::size_t>& live, std::vector<StateSet> sets) {
  runs_.clear();
  for (std::size_t i = 0; i < live.size(); ++i) {
    const Member& member = members_[live[i]];
    runs_.push_back({member, *engines_[live[i]], std::move(sets[i]),
                     FlatOptimizer(member.options, member.network->parameters())});
  }
}

void EngineStepper::restore(const std::vector<OptimizerState>& states) {
  for (std::size_t i = 0; i < runs_.size(); ++i) runs_[i].optimizer.restore(states[i]);
}

std::vector<EpochSteps> EngineStepper::train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                                   const std::vector<double>& rates) {
  std::vector<EpochSteps> steps(runs_.size());
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    if (!runs_[i].retired) steps[i] = train_epoch(runs_[i], orders[i], rates[i]);
  }
  return steps;
}

EpochSteps EngineStepper::train_epoch(Run& run, const std::vector<std::int64_t>& order, double rate) {
  const Stopwatch watch;
  EpochSteps steps;
  LossMean mean;
  std::vector<double> norms;
  // from_blob only reads; the tensor does not outlive `order`.
  const at::Tensor index = at::from_blob(const_cast<std::int64_t*>(order.data()),
                                         {static_cast<std::int64_t>(order.size())}, at::kLong);
  int step = 0;
  for (const at::Tensor& batch : index.split(run.member.options.batch_size)) {
    ++step;
    still_alive();
    const BatchLoss loss = train_step(run, batch, rate, norms);
    mean.add(loss);
    if (!std::isfinite(loss.total))
      steps.divergence = Divergence{0, step, "training loss"};
    else if (!std::isfinite(norms.back()))
      steps.divergence = Divergence{0, step, "gradient norm"};
    if (steps.divergence) return steps;
  }
  steps.record.train_total = mean.total();
  steps.record.train_base = mean.base();
  steps.record.train_penalty = mean.penalty();
  steps.record.gradient_norm = median(std::move(norms));
  steps.record.seconds = watch.seconds();
  return steps;
}

// A non-finite loss or gradient leaves the parameters as they were.
BatchLoss EngineStepper::train_step(Run& run, const at::Tensor& batch, double rate,
                                    std::vector<double>& norms) {
  const at::Tensor x = run.set.x.index_select(0, batch);
  const at::Tensor a = run.set.a.index_select(0, batch);
  const jets::Jet jet = run.engine.forward(x, lagrangian_tangents(x), jets::Keep::for_backward);
  const Motion motion = solve_motion(jet);
  BatchLoss result = batch_loss(run.member.loss, motion, a);
  if (!std::isfinite(result.total)) return result;
  const at::Tensor gradient = run.engine.backward(loss_gradient(run.member.loss, motion, result, jet, a));
  norms.push_back(run.optimizer.step(gradient, rate));
  return result;
}

std::vector<EpochRecord> EngineStepper::validate() {
  std::vector<EpochRecord> records(runs_.size());
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    const auto& [member, engine, set, optimizer, retired] = runs_[i];
    if (!retired) records[i] = evaluate(member.loss, member.options.batch_size, engine, member.validation);
  }
  return records;
}

}  // namespace lnn::training
