#include "training/loss.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "training/penalty.h"

namespace lnn::training {
namespace {

// Weight of one component's error in the batch mean: over [v, a] there are 2n components, of which v
// contributes 0.
double component_weight(BaseLoss base_loss, const Motion& motion) {
  const int components = base_loss == BaseLoss::acceleration_mae ? motion.n : 2 * motion.n;
  return 1.0 / (static_cast<double>(components) * motion.samples);
}

at::Tensor as_double(const at::Tensor& true_acceleration) {
  return true_acceleration.to(at::kCPU, at::kDouble).contiguous();
}

double component_loss(BaseLoss base_loss, double error) {
  return base_loss == BaseLoss::state_mse ? error * error : std::abs(error);
}

double component_slope(BaseLoss base_loss, double error) {
  if (base_loss == BaseLoss::state_mse) return 2 * error;
  return error > 0 ? 1 : (error < 0 ? -1 : 0);
}

}  // namespace

BatchLoss batch_loss(const LossOptions& options, const Motion& motion, const at::Tensor& true_acceleration) {
  BatchLoss loss;
  const at::Tensor truth = as_double(true_acceleration);
  const double* true_values = truth.data_ptr<double>();
  for (std::size_t i = 0; i < motion.acceleration.size(); ++i) {
    loss.base += component_loss(options.base_loss, motion.acceleration[i] - true_values[i]);
  }
  loss.base *= component_weight(options.base_loss, motion);
  Penalty mass_penalty = penalty(options.regularizer, motion);
  loss.penalty = mass_penalty.value;
  loss.mass_gradient = std::move(mass_penalty.gradient);
  loss.total = loss.base + options.lambda * loss.penalty;
  const int right_signature = options.lorentzian ? 1 : 0;
  for (int b = 0; b < motion.samples; ++b) {
    if (motion.negative_eigenvalues(b) != right_signature) ++loss.wrong_signature;
    loss.largest_condition_number = std::max(loss.largest_condition_number, motion.condition_number(b));
  }
  return loss;
}

jets::Functional loss_gradient(const LossOptions& options, const Motion& motion, const BatchLoss& loss,
                               const jets::Jet& jet, const at::Tensor& true_acceleration) {
  const at::Tensor truth = as_double(true_acceleration);
  const double* true_values = truth.data_ptr<double>();
  const double weight = component_weight(options.base_loss, motion);
  std::vector<double> abar(motion.acceleration.size());
  for (std::size_t i = 0; i < abar.size(); ++i)
    abar[i] = weight * component_slope(options.base_loss, motion.acceleration[i] - true_values[i]);

  jets::Functional functional = zero_functional(jet);
  add_acceleration_terms(motion, abar, functional);
  if (!loss.mass_gradient.empty() && options.lambda != 0) {
    std::vector<double> mass_gradient = loss.mass_gradient;
    for (double& value : mass_gradient) value *= options.lambda;
    add_mass_terms(motion, mass_gradient, functional);
  }
  return functional;
}

}  // namespace lnn::training
