#pragma once

#include "learned/model.h"
#include "physics/system.h"

namespace lnn::learned {

/// What the true system says where a model is asked; the Lagrangian in the system's unit.
Response true_response(const physics::System& system, const States& states);

/// Its mass matrices alone, row-major [samples][n][n].
std::vector<double> true_mass(const physics::System& system, const States& states);

/// The same positions with all velocities reversed.
States reversed(States states);

}  // namespace lnn::learned
