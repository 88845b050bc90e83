#pragma once

#include <ATen/core/Tensor.h>

#include <optional>
#include <vector>

#include "training/epoch_record.h"

/// What a training has come to, and what it takes to go on from there.
namespace lnn::training {

struct TrainingResult {
  std::vector<EpochRecord> history;  ///< finished epochs of all phases
  EpochRecord initial;               ///< validation of the untrained network
  at::Tensor
      best_parameters;  ///< of the lowest total validation loss so far; the initial ones before epoch 1
  int best_epoch = 0;   ///< one-based over all phases; 0 when no epoch finished
  std::optional<Divergence> divergence;
};

/// Parameters of one training and what its optimizer remembers; [P] each, on the processor.
struct OptimizerState {
  at::Tensor parameters;
  at::Tensor first_moment;
  at::Tensor second_moment;
  int steps = 0;  ///< updates since the phase began
};

/// One training between two epochs. A training that continues from here is bitwise the one that was never
/// interrupted: its data sets, orders of samples and learning rates are functions of phase and epoch, and
/// these follow from the number of finished epochs.
struct TrainingState {
  TrainingResult so_far;  ///< at least one epoch, no divergence (a diverged training has ended)
  OptimizerState now;
};

}  // namespace lnn::training
