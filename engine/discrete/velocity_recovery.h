#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "discrete/lagrangian_function.h"

/// Velocities that belong to momenta (paper B): with p_k = -D1 L_d(q_k, q_{k+1}) and L = L_VBEA
/// (its text) or L_inv (its code) they are the velocities of a discrete trajectory.
namespace lnn::discrete {

/// How far Newton's method goes.
struct VelocityRecovery {
  /// A state is done when its step is at most tolerance (1 + |v|), in the velocity's unit; > 0.
  double tolerance = 1e-10;
  int max_iterations = 50;  ///< >= 1
};

/// One entry per state.
struct RecoveredVelocities {
  at::Tensor v;                 ///< [B, n]; NaN where not converged
  std::vector<bool> converged;  ///< false: L_vv singular, a value not finite, or too many iterations
  std::vector<int> iterations;
  std::vector<double> residual;  ///< |p - L_v(q, v)| at the last iterate, in the momentum's unit
};

/// Solves L_v(q, v) = p for v by Newton's method from `guess`, e.g. (q_{k+1} - q_k)/h; all [B, n]. The states
/// do not influence each other. Throws UserError for options that make no sense.
RecoveredVelocities recover_velocities(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& p,
                                       const at::Tensor& guess, const VelocityRecovery& options = {});

}  // namespace lnn::discrete
