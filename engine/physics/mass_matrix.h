#pragma once

#include <span>
#include <vector>

#include "physics/system.h"

namespace lnn::physics {

/// M_ij = d2L / dv_i dv_j of the true system at q [its energy unit s^2 / (unit_i unit_j)], row-major [n][n].
/// It depends on q alone, because L is quadratic in v in every system of both papers (paper A, appendix D;
/// paper B, section IV); second differences of L are then exact. Not finite where the system is singular.
/// Precondition: n values.
std::vector<double> mass_matrix(const System& system, std::span<const double> q);

}  // namespace lnn::physics
