#pragma once

#include <Eigen/Core>

#include "physics/lagrangian_jet.h"

namespace lnn::discrete {

/// n values of one point, on the stack: n <= physics::max_dimension, which validated input respects.
using Vector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, physics::max_dimension, 1>;
/// n x n values, likewise.
using Matrix =
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, physics::max_dimension, physics::max_dimension>;

}  // namespace lnn::discrete
