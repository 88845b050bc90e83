#pragma once

#include <vector>

#include "trial/evaluation.h"

/// What became of a model that learned from trajectories (paper B, section IV).
namespace lnn::trial {

/// Rolls the trial's network with its present weights out by the variational integrator, from the first two
/// points of the first training trajectory (without noise) for `steps` steps (at least 2), and from those of
/// the test trajectory; an LNN by the midpoint rule. Energy and symmetry errors as paper B plots them and, so
/// that methods can be compared, the true ones. A root finder that fails is an outcome in the result: the
/// rest of the arrays and the affected metrics are NaN. Same weights: bitwise the same result.
Evaluation evaluate_on_trajectories(const PreparedTrial& trial, int steps);

/// One rollout from an initial state of your own, beside the true motion: the group "own", without metrics.
/// Throws UserError for a state that makes no sense.
Evaluation evaluate_from_start(const PreparedTrial& trial, int steps, const physics::InitialState& start);

/// Passes until the degeneracy term of the training leaves the plateau of a constant L_d for good (below
/// 0.45); NaN when it never does. `degeneracy` has one value per epoch.
double plateau_passes(const std::vector<double>& degeneracy, int passes_per_epoch);

/// Adds the metric plateau_passes from the record's history when the trial learns a discrete Lagrangian.
void add_plateau(const PreparedTrial& trial, store::TrialRecord& record);

}  // namespace lnn::trial
