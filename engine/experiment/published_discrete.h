#pragma once

#include "discrete/options.h"
#include "physics/system.h"

/// What paper B's code trains and tests each system with (section IV and code).
namespace lnn::experiment {

struct PublishedDiscrete {
  discrete::TrajectoryOptions trajectory;
  int extended_steps = 0;  ///< steps of the rollout that is shown
  bool has_guess = false;  ///< a published first guess of the generator, and test points
  std::vector<double> w = {};
  std::vector<double> M = {};
  std::vector<double> test_points = {};  ///< of the symmetry condition, rows [q0, q1]; one pair counts twice
};

/// The settings of a system. Those that paper B does not treat get motions of our own choice (see
/// discrete/published_trajectories.h) and no guess.
PublishedDiscrete published_discrete(const physics::System& system);

}  // namespace lnn::experiment
