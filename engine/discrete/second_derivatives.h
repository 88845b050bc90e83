#pragma once

#include "discrete/lagrangian_function.h"

/// What a Lagrangian's Euler-Lagrange equations consist of.
namespace lnn::discrete {

/// A Lagrangian and its first derivatives at B states, all part of one graph. `q` and `v` are the variables
/// (see as_variable()) that further derivatives are taken by.
struct FirstDerivatives {
  at::Tensor q, v;      ///< [B, n]
  at::Tensor velocity;  ///< v again as a mere direction, not the variable: derivatives by `v` do not see it
  at::Tensor L;         ///< [B]
  at::Tensor L_q, L_v;  ///< [B, n]
};

/// Enable gradients before calling it and for as long as derivatives of its parts are taken.
FirstDerivatives first_derivatives(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v);

/// L_vv: [B, n, n].
at::Tensor mass_matrix(const FirstDerivatives& at_state);

/// The second derivatives of L along the motion, q changing with velocity v: each [B, n].
struct AlongMotion {
  at::Tensor L_qq_v;
  at::Tensor L_vq_v;  ///< (L_vq v)_i = sum_j d^2L/(dv_i dq_j) v_j
};
AlongMotion along_motion(const FirstDerivatives& at_state);

}  // namespace lnn::discrete
