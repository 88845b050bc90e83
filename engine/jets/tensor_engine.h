#pragma once

#include "jets/engine.h"
#include "jets/tensor_jets.h"

namespace lnn::jets {

/// TensorJets for one network behind the common interface. The network may live on another device than the
/// one that computes: results come back to where x and the parameters are.
class TensorEngine final : public Engine {
 public:
  TensorEngine(const network::Network& network, at::Device device);

  EngineFacts facts() const override;
  Jet forward(const at::Tensor& x, const Tangents& tangents, Keep keep) override;
  at::Tensor backward(const Functional& functional) override;

 private:
  at::Tensor to_pack(const at::Tensor& tensor) const;
  SecondOrder second_order(const Functional& functional) const;

  const network::Network& network_;
  at::Device device_;
  TensorJets jets_;
  std::int64_t rows_ = 0;
  std::int64_t tangents_ = 0;
};

}  // namespace lnn::jets
