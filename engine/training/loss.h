#pragma once

#include <vector>

#include "jets/engine.h"
#include "training/euler_lagrange.h"
#include "training/options.h"

/// The training loss of one batch: base + lambda * penalty (paper A, eq. 2 and section III.1).
namespace lnn::training {

struct LossOptions {
  BaseLoss base_loss = BaseLoss::state_mae;
  Regularizer regularizer = Regularizer::none;
  double lambda = 0;
  bool lorentzian = false;  ///< the right signature has one negative eigenvalue instead of none
};

/// Batch means, dimensionless (scaled coordinates), and what M looked like.
struct BatchLoss {
  double base = 0;
  double penalty = 0;       ///< without lambda
  double total = 0;         ///< base + lambda * penalty
  int wrong_signature = 0;  ///< samples whose M has the wrong number of negative eigenvalues
  double largest_condition_number = 0;
  std::vector<double> mass_gradient;  ///< dpenalty/dM, [samples][n][n]; empty when nothing violates
};

/// Loss from the 2-jet (taken with lagrangian_tangents) and the true accelerations [B, n].
BatchLoss batch_loss(const LossOptions& options, const Motion& motion, const at::Tensor& true_acceleration);

/// The linear functional of the jet whose parameter gradient is that of the total loss; `loss` is that of the
/// same motion.
jets::Functional loss_gradient(const LossOptions& options, const Motion& motion, const BatchLoss& loss,
                               const jets::Jet& jet, const at::Tensor& true_acceleration);

}  // namespace lnn::training
