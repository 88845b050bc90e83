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

/// Error allowed in one step: absolute + relative * |component|, the absolute part in the component's unit.
struct Tolerances {
  double absolute = 1e-10;
  double relative = 1e-10;
};

/// Arrays q and v are row-major [points][dimension], in physical units; t in s.
struct Trajectory {
  std::vector<double> t;
  std::vector<double> q;
  std::vector<double> v;
};

/// Integrates the true equations of motion from (q0, v0) with the error-controlled Runge-Kutta-Fehlberg
/// method of order 7(8), which steps exactly onto every point of the grid. (The published code used LSODA
/// with the same tolerances.) Throws UserError when q0 or v0 has the wrong size, the grid is empty or a
/// tolerance is not positive; EnvironmentError when the step size collapses or a state stops being finite,
/// naming time and state.
Trajectory reference_trajectory(const System& system, const std::vector<double>& q0,
                                const std::vector<double>& v0, const TimeGrid& grid,
                                const Tolerances& tolerances = {});

struct InitialState {
  std::vector<double> q;
  std::vector<double> v;
};

/// The initial conditions from which a system's learned models are rolled out, and for how long.
struct RolloutTests {
  TimeGrid grid;
  std::vector<InitialState> initial_states;
};

/// Only paper A's systems have published rollout tests.
bool has_published_rollout_tests(const System& system);

/// A system's published rollout tests (paper A, code): grid and four initial states. With test seed R, column
/// j of test i's q is the first float32 of seed R + n i + j, and of its v that of seed R + n (4 + i) + j. The
/// constraint of a Lorentzian system is applied. Throws UserError for a system that has no such
/// tests.
RolloutTests published_rollout_tests(const System& system);

}  // namespace lnn::physics
