#pragma once

#include <Eigen/Core>

namespace lnn::discrete {

/// Points of a trajectory, or velocities or momenta at them: row k belongs to time k h, column i to
/// coordinate i. Row-major, so a std::vector with [points][n] values can be mapped.
using Points = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

}  // namespace lnn::discrete
