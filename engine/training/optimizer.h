#pragma once

#include <ATen/core/Tensor.h>

#include "training/options.h"

/// Gradient clipping and the update of the flat parameter vector.
namespace lnn::training {

/// Scales `gradient` in place to a global L2 norm of at most `clip_norm` (factor min(1, clip_norm/(norm +
/// 1e-6)), as PyTorch does); 0 leaves it alone. Returns the norm before clipping; NaN or infinity are passed
/// on.
double clip_gradient(const at::Tensor& gradient, double clip_norm);

/// Adam, or RAdam (Liu et al. 2020, as PyTorch defines it), with L2 weight decay added to the gradient.
class FlatOptimizer {
 public:
  FlatOptimizer(const TrainingOptions& options, const at::Tensor& parameters);

  /// One update of the parameters in place; step counting starts at 1.
  void step(const at::Tensor& gradient, double learning_rate);

  /// RAdam's length of the approximated moving average and rectification at `step` (exposed for tests):
  /// r_t for rho_t > 5, else 0, which stands for "no rectification yet: plain momentum step".
  static double rectification(double beta2, int step);

 private:
  TrainingOptions options_;
  at::Tensor parameters_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  int step_ = 0;
};

}  // namespace lnn::training
