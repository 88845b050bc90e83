#pragma once

#include "discrete/reference.h"
#include "physics/trajectory.h"

namespace lnn::discrete {

/// The motions from which a system's discrete Lagrangian is learned, and with which it is compared.
struct PublishedTrajectories {
  physics::InitialState training;
  physics::InitialState test;
  ReferenceOptions grid;  ///< time step, N steps of training and test, substeps
  int total_steps = 0;    ///< length of the comparison: N and what lies beyond the training
};

bool has_published_trajectories(const physics::System& system);

/// The motions of paper B's section IV (cart_pendulum, kepler; constants beyond its text from its code).
/// Those of free_particle and isotropic_oscillator are ours, with Kepler's times: a line, and an ellipse of
/// period 2 pi s with half axes 1 and 0.6. Throws UserError for another system.
PublishedTrajectories published_trajectories(const physics::System& system);

}  // namespace lnn::discrete
