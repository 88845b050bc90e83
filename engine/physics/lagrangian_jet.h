#pragma once

#include <Eigen/Core>

namespace lnn::physics {

/// No system has more coordinates. Small vectors of this capacity live on the stack.
inline constexpr int max_dimension = 4;

/// A Lagrangian at one state with its exact first and second derivatives by x = (q, v), 2n numbers.
struct LagrangianJet {
  using Gradient = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 2 * max_dimension, 1>;
  using Hessian =
      Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 2 * max_dimension, 2 * max_dimension>;

  double value = 0;   ///< L [the system's energy unit]
  Gradient gradient;  ///< (L_q, L_v) [2n]
  Hessian hessian;    ///< [2n x 2n], symmetric: L_qq, L_qv; L_vq, L_vv
};

}  // namespace lnn::physics
