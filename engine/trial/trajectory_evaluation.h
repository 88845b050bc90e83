#pragma once

#include <vector>

#include "training/epoch_record.h"
#include "trial/evaluation.h"

/// What became of a model that learned from trajectories (paper B, section IV).
namespace lnn::trial {

/// Rolls the trial's network with its present weights out by the variational integrator, from the first two
/// points of the first training trajectory (without noise) for `rollout.steps` steps, and from those of the
/// test trajectory; an LNN by the midpoint rule. Energy and symmetry errors as paper B plots them and, so
/// that methods can be compared, the true ones. A root finder that fails is an outcome in the result: the
/// rest of the arrays and the affected metrics are NaN. Same weights: bitwise the same result.
Evaluation evaluate_on_trajectories(const PreparedTrial& trial);

/// Passes until the degeneracy term of the training leaves the plateau of a constant L_d for good (below
/// 0.45); NaN when it never does.
double plateau_passes(const std::vector<training::EpochRecord>& history, int passes_per_epoch);

}  // namespace lnn::trial
