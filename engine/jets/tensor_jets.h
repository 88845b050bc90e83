#pragma once

#include <optional>
#include <vector>

#include "jets/engine.h"
#include "jets/tensor_layers.h"

namespace lnn::jets {

/// The jets of K networks of one architecture at once, in ATen operations on any device, without autograd:
/// the products of all networks are one batched product (jets/native/native_engine.h has the derivation).
/// Nothing here waits for the device.
///
/// Shapes as in jets/engine.h with a leading dimension K: parameters [K, P], x [K, B, d], directions
/// [K, B, T, d]; jets [K, B], [K, B, d], [K, B, R, T].
class TensorJets {
 public:
  /// `architecture` gives options and layout only; its parameters are not read.
  explicit TensorJets(const network::Network& architecture);

  /// `parameters` must not change before the backward() that follows.
  Jet forward(const at::Tensor& parameters, const at::Tensor& x, const Tangents& tangents, Keep keep);

  /// Gradient [K, P] of sum_b first_b . dL/dx(x_b) plus the second-order terms, at the last forward() that
  /// was told to keep for_backward.
  at::Tensor backward(const at::Tensor& first, const SecondOrder& terms);

 private:
  struct Branch {
    std::vector<HiddenLayer> layers;
    at::Tensor output;  // [K, 1, w]
  };

  void read_parameters(const at::Tensor& parameters);
  at::Tensor parameter(const at::Tensor& flat, std::size_t index) const;
  void forward_branch(Branch& branch, const at::Tensor& rows, bool for_backward, const Jet& sums) const;
  void add_quadratic_term(const at::Tensor& rows, const Jet& sums) const;
  at::Tensor backward_branch(Branch& branch, std::size_t first_parameter, const at::Tensor& sigma,
                             const SecondOrder& terms, const at::Tensor& gradient) const;
  void add_quadratic_adjoints(const at::Tensor& sigma, const SecondOrder& terms,
                              const at::Tensor& adjoints) const;

  network::NetworkOptions options_;
  std::vector<network::ParameterInfo> layout_;
  at::Tensor quadratic_weights_;  // 2 a in the velocity half, [d]; undefined without quadratic term
  std::optional<DytLayer> dyt_;
  std::vector<Branch> branches_;
  at::Tensor rows_;  // behind the DyT layer
  bool kept_ = false;
};

}  // namespace lnn::jets
