#include "training/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <utility>

#include "training/optimizer.h"
#include "training/schedule.h"

namespace lnn::training {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

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

// One epoch of one phase: shuffled mini-batches, the last one smaller.
struct EpochPass {
  const TrainingOptions& options;
  const LossOptions& loss;
  jets::Engine& engine;
  FlatOptimizer& optimizer;

  // Returns what diverged, if anything did; fills the training part of `record`.
  std::optional<Divergence> run(const StateSet& set, const std::vector<std::int64_t>& order,
                                EpochRecord& record) {
    LossMean mean;
    std::vector<double> norms;
    // from_blob only reads; the tensor does not outlive `order`.
    const at::Tensor index = at::from_blob(const_cast<std::int64_t*>(order.data()),
                                           {static_cast<std::int64_t>(order.size())}, at::kLong);
    int step = 0;
    for (const at::Tensor& batch : index.split(options.batch_size)) {
      ++step;
      const BatchLoss batch_result =
          train_step(set.x.index_select(0, batch), set.a.index_select(0, batch), record.learning_rate, norms);
      mean.add(batch_result);
      if (!std::isfinite(batch_result.total)) return Divergence{0, step, "training loss"};
      if (!std::isfinite(norms.back())) return Divergence{0, step, "gradient norm"};
    }
    record.train_total = mean.total();
    record.train_base = mean.base();
    record.train_penalty = mean.penalty();
    record.gradient_norm = median(std::move(norms));
    return std::nullopt;
  }

  // A non-finite loss or gradient leaves the parameters as they were.
  BatchLoss train_step(const at::Tensor& x, const at::Tensor& a, double rate, std::vector<double>& norms) {
    const jets::Jet jet = engine.forward(x, lagrangian_tangents(x), jets::Keep::for_backward);
    const Motion motion = solve_motion(jet);
    const BatchLoss result = batch_loss(loss, motion, a);
    if (!std::isfinite(result.total)) return result;
    const at::Tensor gradient = engine.backward(loss_gradient(loss, motion, result, jet, a));
    norms.push_back(optimizer.step(gradient, rate));
    return result;
  }
};

void copy_validation(const EpochRecord& from, EpochRecord& to) {
  to.validation_total = from.validation_total;
  to.validation_base = from.validation_base;
  to.validation_penalty = from.validation_penalty;
  to.wrong_signature_share = from.wrong_signature_share;
  to.largest_condition_number = from.largest_condition_number;
}

}  // namespace

EpochRecord evaluate(const LossOptions& loss, int batch_size, jets::Engine& engine, const StateSet& set) {
  LossMean mean;
  EpochRecord record;
  std::int64_t wrong = 0;
  for (std::int64_t first = 0; first < set.size(); first += batch_size) {
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
  return record;
}

Trainer::Trainer(TrainingOptions options, LossOptions loss, const network::Network& network,
                 jets::Engine& engine)
    : options_(std::move(options)), loss_(loss), network_(network), engine_(engine) {}

TrainingResult Trainer::run(const PhaseData& phase_data, const StateSet& validation,
                            const OnEpoch& on_epoch) {
  TrainingResult result;
  result.initial = evaluate(loss_, options_.batch_size, engine_, validation);
  result.best_parameters = network_.parameters().clone();
  double best_total = std::numeric_limits<double>::infinity();
  for (int p = 0; p < static_cast<int>(options_.phases.size()) && !result.divergence; ++p) {
    const Phase& phase = options_.phases[static_cast<std::size_t>(p)];
    const StateSet set = phase_data(p);
    network_.parameters().copy_(result.best_parameters);
    FlatOptimizer optimizer(options_, network_.parameters());
    EpochPass pass{options_, loss_, engine_, optimizer};
    for (int t = 0; t < phase.epochs && !result.divergence; ++t) {
      const auto start = Clock::now();
      EpochRecord record;
      record.phase = p;
      record.learning_rate = learning_rate(options_.schedule, phase, t);
      result.divergence = pass.run(set, shuffled_order(set.size(), options_.shuffle_seed, p, t), record);
      if (!result.divergence) {
        copy_validation(evaluate(loss_, options_.batch_size, engine_, validation), record);
        if (!std::isfinite(record.validation_total)) result.divergence = Divergence{0, 0, "validation loss"};
      }
      if (result.divergence) {
        result.divergence->epoch = static_cast<int>(result.history.size()) + 1;
        break;
      }
      record.seconds = seconds_since(start);
      result.history.push_back(record);
      if (record.validation_total < best_total) {
        best_total = record.validation_total;
        result.best_epoch = static_cast<int>(result.history.size());
        result.best_parameters.copy_(network_.parameters());
      }
      on_epoch(result);
    }
  }
  network_.parameters().copy_(result.best_parameters);
  return result;
}

}  // namespace lnn::training
