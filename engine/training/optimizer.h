#pragma once

#include <ATen/core/Tensor.h>

#include "training/options.h"
#include "training/training_state.h"

/// Gradient clipping and the update of the flat parameter vector.
namespace lnn::training {

/// Factor that brings a gradient of global L2 norm `norm` to at most `clip_norm`: min(1, clip_norm/(norm +
/// 1e-6)), as PyTorch does; 1 for clip_norm = 0.
double clip_factor(double norm, double clip_norm);

/// Adam, or RAdam (Liu et al. 2020, as PyTorch defines it), with L2 weight decay added to the clipped
/// gradient. For parameters on the processor; a step is two passes over memory, one for the norm and one for
/// everything else.
class FlatOptimizer {
 public:
  /// `parameters` (float or double, contiguous) are updated in place and must not be rebound.
  FlatOptimizer(const TrainingOptions& options, const at::Tensor& parameters);

  /// Clips the gradient and makes one update; step counting starts at 1. Returns the gradient's norm before
  /// clipping. If it is not finite, nothing changes.
  double step(const at::Tensor& gradient, double learning_rate);

  /// A copy of the parameters and of everything that decides the next step.
  OptimizerState state() const;
  /// Goes on where state() was taken; writes the parameters, too. Throws std::logic_error for another number
  /// or type of parameters.
  void restore(const OptimizerState& state);

  /// RAdam's length of the approximated moving average and rectification at `step` (exposed for tests):
  /// r_t for rho_t > 5, else 0, which stands for "no rectification yet: plain momentum step".
  static double rectification(double beta2, int step);

 private:
  template <class T>
  double typed_step(const at::Tensor& gradient, double learning_rate);

  TrainingOptions options_;
  at::Tensor parameters_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  int step_ = 0;
};

}  // namespace lnn::training
