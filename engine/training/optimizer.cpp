#include "training/optimizer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>

namespace lnn::training {

double clip_gradient(const at::Tensor& gradient, double clip_norm) {
  const double norm = gradient.norm().item<double>();
  if (clip_norm > 0) {
    const double factor = clip_norm / (norm + 1e-6);
    if (factor < 1) gradient.mul_(factor);
  }
  return norm;
}

FlatOptimizer::FlatOptimizer(const TrainingOptions& options, const at::Tensor& parameters)
    : options_(options),
      parameters_(parameters),
      first_moment_(at::zeros_like(parameters)),
      second_moment_(at::zeros_like(parameters)) {}

double FlatOptimizer::rectification(double beta2, int step) {
  const double rho_inf = 2 / (1 - beta2) - 1;
  const double decay = std::pow(beta2, step);
  const double rho = rho_inf - 2 * step * decay / (1 - decay);
  if (rho <= 5) return 0;
  return std::sqrt((rho - 4) * (rho - 2) * rho_inf / ((rho_inf - 4) * (rho_inf - 2) * rho));
}

void FlatOptimizer::step(const at::Tensor& gradient, double learning_rate) {
  const c10::NoGradGuard no_grad;
  ++step_;
  const at::Tensor decayed = gradient + options_.weight_decay * parameters_;
  first_moment_.mul_(options_.beta1).add_(decayed, 1 - options_.beta1);
  second_moment_.mul_(options_.beta2).addcmul_(decayed, decayed, 1 - options_.beta2);

  const double correction1 = 1 - std::pow(options_.beta1, step_);
  const double root_correction2 = std::sqrt(1 - std::pow(options_.beta2, step_));
  const double rate = learning_rate / correction1;
  if (options_.optimizer == Optimizer::adam) {
    const at::Tensor denominator = (second_moment_.sqrt() / root_correction2).add_(options_.epsilon);
    parameters_.addcdiv_(first_moment_, denominator, -rate);
    return;
  }
  const double r = rectification(options_.beta2, step_);
  if (r == 0) {
    parameters_.add_(first_moment_, -rate);
  } else {
    const at::Tensor denominator = second_moment_.sqrt().add_(options_.epsilon);
    parameters_.addcdiv_(first_moment_, denominator, -rate * r * root_correction2);
  }
}

}  // namespace lnn::training
