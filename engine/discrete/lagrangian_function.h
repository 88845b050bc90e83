#pragma once

#include <ATen/core/Tensor.h>

#include <Eigen/Core>
#include <functional>

#include "discrete/points.h"

namespace lnn::network {
class Network;
}

/// Continuous and discrete Lagrangians as functions of tensors, and what mechanics makes of them. Everything
/// returned can be differentiated further; detach what shall not be. float64 throughout, quantities in the
/// units of the Lagrangian at hand (those of a learned one are arbitrary up to a factor).
namespace lnn::discrete {

/// L(q, v), or another scalar function of states: [B, n], [B, n] -> [B]. Each sample for itself, built from
/// operations that autograd differentiates as often as wanted.
using LagrangianFunction = std::function<at::Tensor(const at::Tensor& q, const at::Tensor& v)>;

/// L_d(q_k, q_{k+1}): [B, n], [B, n] -> [B], under the same conditions.
using DiscreteLagrangianFunction = std::function<at::Tensor(const at::Tensor& q0, const at::Tensor& q1)>;

/// A network's output as a discrete Lagrangian, x = [q_k, q_{k+1}] (paper B). `network` must
/// outlive the function.
DiscreteLagrangianFunction discrete_lagrangian(const network::Network& network);

/// The midpoint discretization L_d(q0, q1) = h L((q0 + q1)/2, (q1 - q0)/h), step h > 0 [s] (paper B).
DiscreteLagrangianFunction midpoint_rule(LagrangianFunction L, double h);

/// The inverse modified Lagrangian L_inv(q, v) = L_d(q - h v/2, q + h v/2)/h: what the midpoint rule with
/// step h > 0 [s] makes into L_d (paper B; the 1/h is its code's). Undoes midpoint_rule().
LagrangianFunction inverse_modified(DiscreteLagrangianFunction L_d, double h);

/// The energy H(q, v) = v . L_v - L.
LagrangianFunction hamiltonian(LagrangianFunction L);

/// Momenta p = L_v(q, v): [B, n].
at::Tensor momentum(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v);

/// Momenta p_k = -D1 L_d(q_k, q_{k+1}): [B, n].
at::Tensor discrete_momentum(const DiscreteLagrangianFunction& L_d, const at::Tensor& q0,
                             const at::Tensor& q1);

/// The acceleration a = L_vv^{-1} (L_q - L_vq v), [B, n], (L_vq)_ij = d^2L/dv_i dq_j. NaN where L_vv is
/// singular.
at::Tensor acceleration(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v);

/// `f` at every row of v and the row of q beside it; further rows of q are ignored.
Eigen::VectorXd evaluate(const LagrangianFunction& f, const Points& q, const Points& v);

}  // namespace lnn::discrete
