#pragma once

#include <ATen/core/Tensor.h>

/// The second-order part of a functional, as the tensor engine's backward pass wants it.
///
/// Shapes: K networks, B samples, T tangents, A streams, w the width of whatever layer the tangents are at.
namespace lnn::jets {

/// sum_b sum_ij S_ij D_{t_i} D_{t_j} L, S constant, written as sum over streams 1/2 sum_p s_p m_p: each
/// stream s_p is a combination of tangents, and its partner m_p one of the streams such that the derivative
/// of the sum is sum_p m_p ds_p. A backward pass needs one adjoint row per stream
/// (jets/native/native_engine.h has the derivation).
class SecondOrder {
 public:
  /// M rank-one terms (u_m . t)(v_m . t): 2M streams. u [K, B, M, R] and v [K, B, M, T], R <= T.
  static SecondOrder mixed(const at::Tensor& u, const at::Tensor& v);
  /// Any weights S [K, B, R, T], R <= T: the T tangents themselves are the streams.
  static SecondOrder dense(const at::Tensor& weights);

  /// [K, B, T, w] -> [K, B, A, w].
  at::Tensor streams(const at::Tensor& tangents) const;
  /// [K, B, A, w] -> [K, B, A, w].
  at::Tensor partners(const at::Tensor& streams) const;
  /// 1/2 sum_p s_p m_p: [K, B, w].
  at::Tensor contract(const at::Tensor& streams, const at::Tensor& partners) const;

 private:
  enum class Form { mixed, dense };
  SecondOrder(Form form, at::Tensor coefficients);

  Form form_;
  at::Tensor coefficients_;  // mixed: [K, B, 2M, T], u_1, v_1, u_2, ...; dense: S + S^T [K, B, T, T]
};

/// Per sample c x: [K, B, A, T] times [K, B, T, w] -> [K, B, A, w].
at::Tensor combine(const at::Tensor& coefficients, const at::Tensor& rows);

}  // namespace lnn::jets
