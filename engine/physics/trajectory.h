#pragma once

#include <string>
#include <vector>

#include "physics/system.h"

/// Reference trajectories of the true systems.
namespace lnn::physics {

struct TimeGrid {
  double dt = 0.1;    ///< [s]
  double t_end = 10;  ///< points t_k = k dt for t_k < t_end
};

struct Tolerances {
  double absolute = 1e-10;
  double relative = 1e-10;
};

/// Row-major [points][dimension] in physical units.
struct Trajectory {
  std::vector<double> t;
  std::vector<double> q;
  std::vector<double> v;
};

/// Integrates the true equations of motion from (q0, v0) with an error-controlled Runge-Kutta method and
/// dense output. Throws EnvironmentError when the step size collapses or a state stops being finite, naming
/// time and state.
Trajectory reference_trajectory(const System& system, const std::vector<double>& q0,
                                const std::vector<double>& v0, const TimeGrid& grid,
                                const Tolerances& tolerances = {});

struct InitialState {
  std::vector<double> q;
  std::vector<double> v;
};

/// A system's published rollout tests (paper A, code; facts table A.7): grid and four initial states, each
/// drawn as one float32 from its own seed.
struct RolloutTests {
  TimeGrid grid;
  std::vector<InitialState> initial_states;
};

/// Throws UserError for a system of paper B, which has no such tests.
RolloutTests published_rollout_tests(const System& system);

}  // namespace lnn::physics
