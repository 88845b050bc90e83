#include "jets/autograd_engine.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

#include "base/error.h"

namespace lnn::jets {
namespace {

using torch::autograd::grad;

// The weight of each second[b, i, j] in F: [B, R, T].
at::Tensor dense_weights(const Functional& functional, const at::Tensor& like) {
  at::Tensor weights = at::zeros_like(like);
  for (const MixedTerm& term : functional.mixed) weights += term.u.unsqueeze(2) * term.v.unsqueeze(1);
  const SquareTerms& squares = functional.squares;
  if (!squares.samples.empty()) {
    const at::Tensor w = squares.directions;
    const at::Tensor outer = squares.weights.view({-1, 1, 1}) * w.unsqueeze(2) * w.unsqueeze(1);
    weights.narrow(2, 0, w.size(1)).index_add_(0, at::tensor(squares.samples), outer.to(like.scalar_type()));
  }
  return weights;
}

}  // namespace

EngineFacts AutogradEngine::facts() const {
  const at::Tensor& parameters = network_.parameters();
  return {"autograd", parameters.scalar_type() == at::kDouble ? "float64" : "float32",
          parameters.device().str(), "libtorch"};
}

Jet AutogradEngine::forward(const at::Tensor& x, const Tangents& tangents, Keep keep) {
  invariant(tangents.rows >= 1 && tangents.rows <= tangents.directions.size(1), "1 <= rows <= tangents");
  const c10::AutoGradMode enable_grad(true);
  const bool keep_graph = keep == Keep::for_backward;
  const at::Tensor input = x.detach().requires_grad_(true);
  const at::Tensor value = network_.lagrangian(input);
  const at::Tensor gradient = grad({value}, {input}, {at::ones_like(value)}, true, true)[0];

  std::vector<at::Tensor> rows;
  for (int i = 0; i < tangents.rows; ++i) {
    const at::Tensor direction = tangents.directions.select(1, i);
    const bool more_rows = i + 1 < tangents.rows;
    const at::Tensor hessian_row =
        grad({gradient}, {input}, {direction}, keep_graph || more_rows, keep_graph)[0];
    rows.push_back(at::bmm(tangents.directions, hessian_row.unsqueeze(2)).squeeze(2));
  }
  const at::Tensor second = at::stack(rows, 1);
  gradient_ = keep_graph ? gradient : at::Tensor();
  second_ = keep_graph ? second : at::Tensor();
  return {value.detach(), gradient.detach(), second.detach()};
}

at::Tensor AutogradEngine::backward(const Functional& functional) {
  invariant(gradient_.defined(), "backward() follows a forward() that was told to keep for_backward");
  const auto& leaves = network_.leaves();
  // allow_unused: with an all-quadratic shallow network the second derivatives do not depend on every bias.
  const auto parts = grad({gradient_, second_}, leaves,
                          {functional.first, dense_weights(functional, second_)}, false, false, true);
  gradient_ = second_ = at::Tensor();
  std::vector<at::Tensor> flat;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    flat.push_back((parts[i].defined() ? parts[i] : at::zeros_like(leaves[i])).reshape({-1}).detach());
  }
  return at::cat(flat);
}

}  // namespace lnn::jets
