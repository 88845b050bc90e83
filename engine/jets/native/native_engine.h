#pragma once

#include <vector>

#include "jets/engine.h"
#include "jets/native/branch.h"
#include "jets/native/input_stage.h"

namespace lnn::jets::native {

/// The processor's engine: no autograd, no second-order stream in the forward pass, one collapsed
/// second-order stream in the backward pass. With z_l = W_l a_{l-1} + b_l and a_l = phi(z_l):
///
/// forward   value and tangents t_z = W t_a, t_a' = phi' t_z; one reverse sweep r_z = phi' r_a, r_a = W^T
/// r_z; then
///           D_u D_v L = sum over layers and neurons of r_a phi'' t_{u,z} t_{v,z}.
/// backward  F = first . dL/dx + sum_p D_{u_p} D_{v_p} L + sum_e c_e D_{w_e} D_{w_e} L as the value of one
/// more stream:
///           sigma_z = W sigma_a, sigma_a' = phi' sigma_z + phi'' (sum_p t_{u,z} t_{v,z} + sum_e c_e
///           t_{w,z}^2). Its adjoint is the r already at hand, so only the adjoints of t_u, t_v and z (and of
///           t_w where there are squares) run backward, and dW = r (x) sigma + sum_p (ubar (x) t_u + vbar (x)
///           t_v) + zbar (x) a, block by block, so that only the forward pass's part is kept for the whole
///           batch.
///
/// Products per sample and hidden layer, in rows: n + 3 forward, 8 backward for an LNN with n coordinates.
template <class T>
class NativeEngine final : public Engine {
 public:
  /// `network` holds numbers of type T on the processor.
  NativeEngine(const network::Network& network, const Kernels<T>& kernels);

  EngineFacts facts() const override;
  Jet forward(const at::Tensor& x, const Tangents& tangents, Keep keep) override;
  at::Tensor backward(const Functional& functional) override;

 private:
  void read_parameters();
  Batch make_batch(const at::Tensor& x, const Tangents& tangents) const;
  Weights<T> read_weights(const Functional& functional) const;

  const network::Network& network_;
  const Kernels<T>& kernels_;
  InputStage<T> input_;
  std::vector<Branch<T>> branches_;
  Batch batch_;
  bool kept_ = false;
  std::int64_t parameters_version_ = -1;  // of the network's parameters that are packed
};

}  // namespace lnn::jets::native
