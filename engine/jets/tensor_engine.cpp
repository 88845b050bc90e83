#include "jets/tensor_engine.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

namespace lnn::jets {
namespace {

std::string precision_name(const at::Tensor& parameters) {
  return parameters.scalar_type() == at::kDouble ? "float64" : "float32";
}

// The weight of each second[b, i, j] in the functional: [B, R, T].
at::Tensor dense_weights(const Functional& functional, std::int64_t rows, std::int64_t tangents) {
  at::Tensor weights = at::zeros({functional.first.size(0), rows, tangents}, functional.first.options());
  for (const MixedTerm& term : functional.mixed) weights += term.u.unsqueeze(2) * term.v.unsqueeze(1);
  const SquareTerms& squares = functional.squares;
  if (squares.samples.empty()) return weights;
  const at::Tensor samples = at::tensor(squares.samples, at::kLong).to(weights.device());
  const at::Tensor w = squares.directions;
  const at::Tensor entries = squares.weights.view({-1, 1, 1}) * w.unsqueeze(2) * w.unsqueeze(1);
  weights.narrow(2, 0, w.size(1)).index_add_(0, samples, entries);
  return weights;
}

}  // namespace

TensorEngine::TensorEngine(const network::Network& network, at::Device device)
    : network_(network), device_(device), jets_(network) {}

EngineFacts TensorEngine::facts() const {
  return {"tensor", precision_name(network_.parameters()), device_.str(), "libtorch"};
}

at::Tensor TensorEngine::to_pack(const at::Tensor& tensor) const {
  return tensor.to(device_).unsqueeze(0);
}

Jet TensorEngine::forward(const at::Tensor& x, const Tangents& tangents, Keep keep) {
  rows_ = tangents.rows;
  tangents_ = tangents.directions.size(1);
  const Jet jet = jets_.forward(to_pack(network_.parameters()), to_pack(x),
                                {to_pack(tangents.directions), tangents.rows}, keep);
  const auto back = [&](const at::Tensor& tensor) { return tensor.squeeze(0).to(x.device()); };
  return {back(jet.value), back(jet.gradient), back(jet.second)};
}

// Few rank-one terms need fewer streams than the tangents themselves.
SecondOrder TensorEngine::second_order(const Functional& functional) const {
  const auto terms = static_cast<std::int64_t>(functional.mixed.size());
  if (terms == 0 || 2 * terms > tangents_ || !functional.squares.samples.empty()) {
    return SecondOrder::dense(to_pack(dense_weights(functional, rows_, tangents_)));
  }
  std::vector<at::Tensor> u;
  std::vector<at::Tensor> v;
  for (const MixedTerm& term : functional.mixed) {
    u.push_back(term.u);
    v.push_back(term.v);
  }
  return SecondOrder::mixed(to_pack(at::stack(u, 1)), to_pack(at::stack(v, 1)));
}

at::Tensor TensorEngine::backward(const Functional& functional) {
  const at::NoGradGuard no_grad;
  const at::Tensor gradient = jets_.backward(to_pack(functional.first), second_order(functional));
  return gradient.squeeze(0).to(network_.parameters().device());
}

}  // namespace lnn::jets
