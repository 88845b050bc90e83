#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "training/options.h"
#include "training/training_state.h"

namespace lnn::training {

/// Clipping and updates of K parameter vectors at once, by the definitions of optimizer.h, without ever
/// waiting for the device.
class PackOptimizer {
 public:
  /// `parameters` [K, P] are updated in place.
  PackOptimizer(const TrainingOptions& options, const at::Tensor& parameters);

  /// Scales each row of `gradient` [K, P] in place to a norm of at most clip_norm; returns the norms before
  /// that, [K] float64.
  at::Tensor clip(const at::Tensor& gradient) const;

  /// One update at the learning rates `rates` [K, 1] float64. Rows whose `moving` [K] is false stay as they
  /// are.
  void step(const at::Tensor& gradient, const at::Tensor& rates, const at::Tensor& moving);

  /// A copy of row `i`'s parameters and of everything that decides its next step, on the processor.
  OptimizerState state(std::int64_t i) const;
  /// Goes on where the rows' states were taken, all after the same number of steps (throws std::logic_error
  /// where not); writes the parameters, too.
  void restore(const std::vector<OptimizerState>& states);

 private:
  at::Tensor direction(double& rate_factor) const;

  TrainingOptions options_;
  at::Tensor parameters_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  int step_ = 0;
};

}  // namespace lnn::training
