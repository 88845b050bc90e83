#include "training/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "jets/native/kernels.h"

namespace lnn::training {

namespace {

// The update of one step, but for clipping.
jets::native::MomentUpdate make_rule(const TrainingOptions& options, int step, double learning_rate) {
  jets::native::MomentUpdate rule;
  rule.decay = options.weight_decay;
  rule.beta1 = options.beta1;
  rule.beta2 = options.beta2;
  rule.epsilon = options.epsilon;
  rule.rate = learning_rate / (1 - std::pow(options.beta1, step));
  const double root_correction2 = std::sqrt(1 - std::pow(options.beta2, step));
  if (options.optimizer == Optimizer::adam) {
    rule.root = root_correction2;
    return rule;
  }
  const double r = FlatOptimizer::rectification(options.beta2, step);
  rule.adaptive = r > 0;
  if (rule.adaptive) rule.rate *= r * root_correction2;
  return rule;
}

}  // namespace

double clip_factor(double norm, double clip_norm) {
  return clip_norm > 0 ? std::min(1.0, clip_norm / (norm + 1e-6)) : 1.0;
}

FlatOptimizer::FlatOptimizer(const TrainingOptions& options, const at::Tensor& parameters)
    : options_(options),
      parameters_(parameters),
      first_moment_(at::zeros_like(parameters)),
      second_moment_(at::zeros_like(parameters)) {}

OptimizerState FlatOptimizer::state() const {
  return {parameters_.clone(), first_moment_.clone(), second_moment_.clone(), step_};
}

void FlatOptimizer::restore(const OptimizerState& state) {
  const auto copy = [](const at::Tensor& from, const at::Tensor& to) {
    invariant(from.sizes() == to.sizes() && from.scalar_type() == to.scalar_type(),
              "an optimizer continues with the parameters it was made for");
    to.copy_(from);
  };
  copy(state.parameters, parameters_);
  copy(state.first_moment, first_moment_);
  copy(state.second_moment, second_moment_);
  step_ = state.steps;
}

double FlatOptimizer::rectification(double beta2, int step) {
  const double rho_inf = 2 / (1 - beta2) - 1;
  const double decay = std::pow(beta2, step);
  const double rho = rho_inf - 2 * step * decay / (1 - decay);
  if (rho <= 5) return 0;
  return std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
}

double FlatOptimizer::step(const at::Tensor& gradient, double learning_rate) {
  const bool single = parameters_.scalar_type() == at::kFloat;
  return single ? typed_step<float>(gradient, learning_rate) : typed_step<double>(gradient, learning_rate);
}

template <class T>
double FlatOptimizer::typed_step(const at::Tensor& gradient, double learning_rate) {
  const jets::native::Kernels<T>& kernels = *jets::native::available_kernels<T>().front();
  const T* values = gradient.data_ptr<T>();
  const double norm = std::sqrt(kernels.sum_of_squares(gradient.numel(), values));
  if (!std::isfinite(norm)) return norm;
  jets::native::MomentUpdate rule = make_rule(options_, ++step_, learning_rate);
  rule.scale = clip_factor(norm, options_.clip_norm);
  kernels.update(rule, gradient.numel(), values, parameters_.data_ptr<T>(), first_moment_.data_ptr<T>(),
                 second_moment_.data_ptr<T>());
  parameters_.unsafeGetTensorImpl()->bump_version();  // tells engines that hold packed weights
  return norm;
}

}  // namespace lnn::training
