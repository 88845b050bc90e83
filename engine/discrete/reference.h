#pragma once

#include <vector>

#include "discrete/points.h"
#include "physics/system.h"

/// Reference motions of the true systems as paper B's code makes them: the midpoint rule with many small
/// steps.
namespace lnn::discrete {

struct ReferenceOptions {
  double h = 0.01;                 ///< time between kept points [s]
  int steps = 200;                 ///< N: the motion has N + 1 points
  int substeps = 100;              ///< steps of the midpoint rule, h / substeps each, from point to point
  double newton_tolerance = 1e-6;  ///< Newton's method, from q_k, ends with a step shorter than this
  int newton_iterations = 100;     ///< most steps
};

/// Throws UserError when h is not positive and finite, steps < 2 (the discrete Euler-Lagrange equations need
/// three points), substeps < 1, or Newton's settings make no sense.
void validate(const ReferenceOptions& options);

/// Row k belongs to time k h; coordinates in the system's units.
struct ReferenceTrajectory {
  Points q;  ///< [N + 1, n]
  Points v;  ///< [N + 1, n], from p: L_v(q, v) = p
  Points p;  ///< momenta [N + 1, n], p_0 = L_v(q_0, v_0), then D2 L_d of the last small step
};

/// The true motion from (q_0, v_0). Throws UserError for invalid options, states that are not n finite values
/// each, and a system without lagrangian_jet(); EnvironmentError when a step has no solution, naming its
/// time.
ReferenceTrajectory midpoint_trajectory(const physics::System& system, const std::vector<double>& q0,
                                        const std::vector<double>& v0, const ReferenceOptions& options);

}  // namespace lnn::discrete
