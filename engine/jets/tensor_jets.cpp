#include "jets/tensor_jets.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "base/error.h"

namespace lnn::jets {
namespace {

constexpr std::size_t dyt_parameters = 3;

// Twice the factors of y_i^2 in L, [2n].
at::Tensor velocity_weights(const network::NetworkOptions& options, const at::TensorOptions& like) {
  const std::int64_t n = options.coordinates;
  const at::Tensor weights = at::zeros({2 * n}, like);
  weights.narrow(0, n, n).fill_(2 * options.quadratic_term);
  if (options.signature == network::Signature::lorentzian) weights.select(0, n).neg_();
  return weights;
}

}  // namespace

TensorJets::TensorJets(const network::Network& architecture)
    : options_(architecture.options()), layout_(architecture.layout()) {}

at::Tensor TensorJets::parameter(const at::Tensor& flat, std::size_t index) const {
  const network::ParameterInfo& info = layout_[index];
  std::vector<std::int64_t> shape = info.shape;
  shape.insert(shape.begin(), flat.size(0));
  return flat.narrow(1, info.offset, info.size).view(shape);
}

void TensorJets::read_parameters(const at::Tensor& parameters) {
  std::size_t next = 0;
  if (options_.input_layer == network::InputLayer::dyt) {
    dyt_.emplace(parameter(parameters, 0), parameter(parameters, 1), parameter(parameters, 2));
    next = dyt_parameters;
  }
  branches_.clear();
  for (const network::Activation activation : options_.branches) {
    Branch& branch = branches_.emplace_back();
    for (int layer = 0; layer < options_.hidden_layers; ++layer, next += 2) {
      branch.layers.emplace_back(activation, parameter(parameters, next), parameter(parameters, next + 1));
    }
    branch.output = parameter(parameters, next++);
  }
}

void TensorJets::forward_branch(Branch& branch, const at::Tensor& rows, bool for_backward,
                                const Jet& sums) const {
  at::Tensor stream = rows;
  for (HiddenLayer& layer : branch.layers) {
    stream = layer.forward(stream, &layer == &branch.layers.back(), for_backward);
  }
  sums.value.add_(at::bmm(stream.select(2, 0), branch.output.transpose(1, 2)).squeeze(2));
  at::Tensor r = branch.output.expand({rows.size(0), rows.size(1), branch.output.size(2)});
  for (auto layer = branch.layers.rbegin(); layer != branch.layers.rend(); ++layer) {
    r = layer->reverse(r, sums.second);
  }
  sums.gradient.add_(r);
}

void TensorJets::add_quadratic_term(const at::Tensor& rows, const Jet& sums) const {
  const at::Tensor y = rows.select(2, 0);
  const at::Tensor slope = y * quadratic_weights_;
  sums.value.add_((y * slope).sum(2).mul_(0.5));
  sums.gradient.add_(slope);
  add_curvature(quadratic_weights_.expand_as(y), rows.narrow(2, 1, rows.size(2) - 1), sums.second);
}

Jet TensorJets::forward(const at::Tensor& parameters, const at::Tensor& x, const Tangents& tangents,
                        Keep keep) {
  invariant(tangents.rows >= 1 && tangents.rows <= tangents.directions.size(2), "1 <= rows <= tangents");
  const at::NoGradGuard no_grad;
  read_parameters(parameters);
  kept_ = keep == Keep::for_backward;
  rows_ = at::cat({x.unsqueeze(2), tangents.directions}, 2);
  if (dyt_) rows_ = dyt_->forward(rows_);

  const std::int64_t pack = x.size(0);
  const std::int64_t samples = x.size(1);
  Jet sums{at::zeros({pack, samples}, x.options()), at::zeros_like(x),
           at::zeros({pack, samples, tangents.rows, tangents.directions.size(2)}, x.options())};
  for (Branch& branch : branches_) forward_branch(branch, rows_, kept_, sums);
  if (options_.quadratic_term != 0) {
    if (!quadratic_weights_.defined()) quadratic_weights_ = velocity_weights(options_, x.options());
    add_quadratic_term(rows_, sums);
  }
  if (dyt_) sums.gradient = dyt_->reverse(sums.gradient, sums.second);
  return sums;
}

// Fills the branch's part of `gradient`; returns the adjoint rows at its input for a DyT layer, else nothing.
at::Tensor TensorJets::backward_branch(Branch& branch, std::size_t first_parameter, const at::Tensor& sigma,
                                       const SecondOrder& terms, const at::Tensor& gradient) const {
  at::Tensor stream = sigma;
  for (HiddenLayer& layer : branch.layers) stream = layer.push(stream, terms);
  const std::size_t depth = branch.layers.size();
  parameter(gradient, first_parameter + 2 * depth).copy_(stream.sum(1, true));

  at::Tensor adjoints;
  for (std::size_t i = depth; i-- > 0;) {
    const auto part = branch.layers[i].pull(adjoints, terms, i > 0 || dyt_.has_value());
    parameter(gradient, first_parameter + 2 * i).copy_(part.weight);
    parameter(gradient, first_parameter + 2 * i + 1).copy_(part.bias);
    adjoints = part.input;
  }
  return adjoints;
}

void TensorJets::add_quadratic_adjoints(const at::Tensor& sigma, const SecondOrder& terms,
                                        const at::Tensor& adjoints) const {
  const std::int64_t streams = adjoints.size(2) - 1;
  const at::Tensor tangents = rows_.narrow(2, 1, rows_.size(2) - 1);
  adjoints.select(2, 0).add_(sigma * quadratic_weights_);
  adjoints.narrow(2, 1, streams).add_(terms.partners(terms.streams(tangents)) * quadratic_weights_);
}

at::Tensor TensorJets::backward(const at::Tensor& first, const SecondOrder& terms) {
  invariant(kept_, "backward() follows a forward() that was told to keep for_backward");
  kept_ = false;
  const at::NoGradGuard no_grad;
  const std::int64_t total = layout_.back().offset + layout_.back().size;
  const at::Tensor gradient = at::zeros({first.size(0), total}, first.options());
  const at::Tensor sigma = dyt_ ? dyt_->push(first, terms) : first;

  at::Tensor adjoints;  // behind the DyT layer, summed over the branches
  std::size_t next = dyt_ ? dyt_parameters : 0;
  for (Branch& branch : branches_) {
    const at::Tensor part = backward_branch(branch, next, sigma, terms, gradient);
    adjoints = adjoints.defined() ? adjoints + part : part;
    next += 2 * branch.layers.size() + 1;
  }
  if (dyt_) {
    if (options_.quadratic_term != 0) add_quadratic_adjoints(sigma, terms, adjoints);
    const DytLayer::Gradient part = dyt_->pull(adjoints);
    parameter(gradient, 0).copy_(part.alpha);
    parameter(gradient, 1).copy_(part.gamma);
    parameter(gradient, 2).copy_(part.beta);
  }
  return gradient;
}

}  // namespace lnn::jets
