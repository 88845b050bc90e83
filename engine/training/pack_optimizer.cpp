#include "training/pack_optimizer.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "base/error.h"
#include "training/optimizer.h"

namespace lnn::training {

// Only operations that round once and the same way at every place of a tensor (no addcmul, no norm): a row's
// result must not depend on the other rows.

PackOptimizer::PackOptimizer(const TrainingOptions& options, const at::Tensor& parameters)
    : options_(options),
      parameters_(parameters),
      first_moment_(at::zeros_like(parameters)),
      second_moment_(at::zeros_like(parameters)) {}

at::Tensor PackOptimizer::clip(const at::Tensor& gradient) const {
  const at::Tensor norm = (gradient * gradient).sum(1).to(at::kDouble).sqrt();
  if (options_.clip_norm > 0) {
    const at::Tensor factor = (options_.clip_norm / (norm + 1e-6)).clamp_max(1);
    gradient.mul_(factor.to(gradient.scalar_type()).unsqueeze(1));
  }
  return norm;
}

OptimizerState PackOptimizer::state(std::int64_t i) const {
  const auto row = [i](const at::Tensor& of_all) { return of_all[i].clone().cpu(); };
  return {row(parameters_), row(first_moment_), row(second_moment_), step_};
}

void PackOptimizer::restore(const std::vector<OptimizerState>& states) {
  const auto copy = [&states](at::Tensor OptimizerState::*part, const at::Tensor& to) {
    std::vector<at::Tensor> rows;
    for (const OptimizerState& state : states) rows.push_back(state.*part);
    const at::Tensor from = at::stack(rows);
    invariant(from.sizes() == to.sizes() && from.scalar_type() == to.scalar_type(),
              "an optimizer continues with the parameters it was made for");
    to.copy_(from);
  };
  copy(&OptimizerState::parameters, parameters_);
  copy(&OptimizerState::first_moment, first_moment_);
  copy(&OptimizerState::second_moment, second_moment_);
  for (const OptimizerState& state : states)
    invariant(state.steps == states.front().steps, "trainings of a pack continue in step");
  step_ = states.front().steps;
}

// The step's direction at unit learning rate; `rate_factor` is what the rate is multiplied by.
at::Tensor PackOptimizer::direction(double& rate_factor) const {
  const double root_correction2 = std::sqrt(1 - std::pow(options_.beta2, step_));
  rate_factor = -1 / (1 - std::pow(options_.beta1, step_));
  if (options_.optimizer == Optimizer::adam) {
    return first_moment_ / (second_moment_.sqrt().div_(root_correction2).add_(options_.epsilon));
  }
  const double r = FlatOptimizer::rectification(options_.beta2, step_);
  if (r == 0) return first_moment_;
  rate_factor *= r * root_correction2;
  return first_moment_ / (second_moment_.sqrt().add_(options_.epsilon));
}

void PackOptimizer::step(const at::Tensor& gradient, const at::Tensor& rates, const at::Tensor& moving) {
  const at::NoGradGuard no_grad;
  ++step_;
  const at::Tensor decayed = gradient + parameters_ * options_.weight_decay;
  first_moment_.mul_(options_.beta1).add_(decayed * (1 - options_.beta1));
  second_moment_.mul_(options_.beta2).add_((decayed * decayed).mul_(1 - options_.beta2));
  double rate_factor = 0;
  const at::Tensor unit = direction(rate_factor);
  const at::Tensor update = unit * (rates * rate_factor).to(unit.scalar_type());
  parameters_.add_(update.masked_fill(moving.logical_not().unsqueeze(1), 0));
}

}  // namespace lnn::training
