#pragma once

#include "jets/engine.h"

namespace lnn::jets {

/// The oracle: LibTorch's nested autograd, short and obvious. One reverse pass for the gradient, one more for
/// each of the R Hessian rows, and one through all of them for the parameter gradient.
class AutogradEngine final : public Engine {
 public:
  explicit AutogradEngine(const network::Network& network) : network_(network) {}

  EngineFacts facts() const override;
  Jet forward(const at::Tensor& x, const Tangents& tangents, Keep keep) override;
  at::Tensor backward(const Functional& functional) override;

 private:
  const network::Network& network_;
  // Still attached to the autograd graph; undefined when nothing is kept.
  at::Tensor gradient_;
  at::Tensor second_;
};

}  // namespace lnn::jets
