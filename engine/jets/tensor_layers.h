#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "jets/second_order.h"
#include "network/options.h"

/// The layers of the tensor engine, for K networks at once. Every layer works in four sweeps over the
/// network: forward() carries the value and its tangents, reverse() the adjoint r of the value and the
/// layer's share of the second derivatives; then, for a parameter gradient, push() the collapsed second-order
/// stream sigma, and pull() the adjoints of the value and of the streams (jets/native/native_engine.h has the
/// derivation).
///
/// Rows at a layer: [K, B, 1 + T, w], row 0 the value, the others its tangents. Adjoint rows: [K, B, 1 + A,
/// w], row 0 the adjoint of the value, the others those of the A streams of a SecondOrder.
namespace lnn::jets {

/// Linear (with bias) and activation: a' = phi(W a + b).
class HiddenLayer {
 public:
  /// weight [K, out, in], bias [K, out].
  HiddenLayer(network::Activation activation, const at::Tensor& weight, const at::Tensor& bias);

  /// Rows at the input -> rows at the output; the output layer needs no tangents, so with `value_only` only
  /// row 0 is returned. `for_backward` also prepares push() and pull().
  at::Tensor forward(const at::Tensor& rows, bool value_only, bool for_backward);

  /// r [K, B, out] -> r [K, B, in]; adds D_{t_i} D_{t_j} of this layer to second [K, B, R, T].
  at::Tensor reverse(const at::Tensor& r, const at::Tensor& second);

  /// sigma [K, B, in] -> sigma [K, B, out].
  at::Tensor push(const at::Tensor& sigma, const SecondOrder& terms);

  struct Gradient {
    at::Tensor weight;  ///< [K, out, in]
    at::Tensor bias;    ///< [K, out]
    at::Tensor input;   ///< adjoint rows at the input, where they were asked for
  };
  /// Adjoint rows at the output (undefined: zero) -> the gradient.
  Gradient pull(const at::Tensor& adjoints, const SecondOrder& terms, bool input_wanted) const;

 private:
  at::Tensor adjoints_before_activation(const at::Tensor& adjoints) const;

  network::Activation activation_;
  at::Tensor weight_;
  at::Tensor bias_;
  at::Tensor rows_;                 // at the input
  at::Tensor tangents_;             // before the activation: [K, B, T, out]
  std::array<at::Tensor, 4> phi_;   // at z
  at::Tensor r_before_activation_;  // phi' r
  at::Tensor r_;
  at::Tensor curvature_;  // phi'' r
  at::Tensor sigma_;      // at the input
  at::Tensor sigma_before_activation_;
  at::Tensor streams_;   // before the activation
  at::Tensor partners_;  // of the streams
  at::Tensor contraction_;
};

/// y = gamma tanh(alpha x) + beta, elementwise on the network's input (paper A, section IV.2).
class DytLayer {
 public:
  /// alpha [K, 1], gamma and beta [K, d].
  DytLayer(const at::Tensor& alpha, const at::Tensor& gamma, const at::Tensor& beta);

  at::Tensor forward(const at::Tensor& rows);
  at::Tensor reverse(const at::Tensor& r, const at::Tensor& second);
  at::Tensor push(const at::Tensor& sigma, const SecondOrder& terms);

  struct Gradient {
    at::Tensor alpha;  ///< [K, 1]
    at::Tensor gamma;  ///< [K, d]
    at::Tensor beta;   ///< [K, d]
  };
  Gradient pull(const at::Tensor& adjoints) const;

 private:
  at::Tensor alpha_;  // [K, 1, 1]
  at::Tensor gamma_;  // [K, 1, d]
  at::Tensor beta_;   // [K, 1, d]
  at::Tensor rows_;
  at::Tensor tanh_;
  at::Tensor slope_;  // 1 - tanh^2
  at::Tensor first_;  // dy/dx
  at::Tensor second_;
  at::Tensor r_;
  at::Tensor sigma_;
  at::Tensor streams_;
  at::Tensor contraction_;
};

/// sum_w weight_w t_i,w t_j,w for i < R, j < T, added to second [K, B, R, T]; weight [K, B, w], tangents
/// [K, B, T, w].
void add_curvature(const at::Tensor& weight, const at::Tensor& tangents, const at::Tensor& second);

}  // namespace lnn::jets
