#pragma once

#include <vector>

#include "discrete/options.h"
#include "discrete/reference.h"
#include "physics/system.h"
#include "training/data.h"

/// What a trial on trajectories learns from and is tested with (paper B, section IV).
namespace lnn::trial {

/// The training trajectories without noise: `count` of them, their initial states drawn uniformly around (q,
/// v). Throws UserError for states and steps that make no sense (naming the key's part), EnvironmentError
/// when the reference solver fails.
std::vector<discrete::ReferenceTrajectory> training_trajectories(const physics::System& system,
                                                                 const discrete::TrajectoryOptions& options);

/// The test trajectory, as long as the training ones.
discrete::ReferenceTrajectory test_trajectory(const physics::System& system,
                                              const discrete::TrajectoryOptions& options);

/// The first training trajectory, `steps` steps long.
discrete::ReferenceTrajectory extended_trajectory(const physics::System& system,
                                                  const discrete::TrajectoryOptions& options, int steps);

/// Adds independent normal noise of the options' standard deviation to all positions.
void add_noise(std::vector<discrete::ReferenceTrajectory>& trajectories,
               const discrete::TrajectoryOptions& options);

/// All triples: x = [q_{k-1}, q_k], a = q_{k+1}, float64.
training::StateSet triples_of(const std::vector<discrete::ReferenceTrajectory>& trajectories);

/// All points as states of an LNN: x = [q, v] and a = the true acceleration at (q, v), where v is the true
/// velocity, or the momentum (Velocities::momenta).
training::StateSet states_of(const physics::System& system,
                             const std::vector<discrete::ReferenceTrajectory>& trajectories,
                             discrete::Velocities velocities);

}  // namespace lnn::trial
