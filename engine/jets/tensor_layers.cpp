#include "jets/tensor_layers.h"

#include <ATen/ATen.h>

#include "network/activation.h"

namespace lnn::jets {
namespace {

at::Tensor value_of(const at::Tensor& rows) {
  return rows.select(2, 0);
}

at::Tensor without_value(const at::Tensor& rows) {
  return rows.narrow(2, 1, rows.size(2) - 1);
}

// [K, B, S, in] times [K, in, out] -> [K, B, S, out]: one product per network.
at::Tensor product(const at::Tensor& rows, const at::Tensor& matrix) {
  return at::bmm(rows.flatten(1, 2), matrix).unflatten(1, {rows.size(1), rows.size(2)});
}

// [value; tangents * factor], both scaled per sample and neuron.
at::Tensor rows_of(const at::Tensor& value, const at::Tensor& tangents, const at::Tensor& factor) {
  at::Tensor rows = at::empty({tangents.size(0), tangents.size(1), tangents.size(2) + 1, tangents.size(3)},
                              tangents.options());
  value_of(rows).copy_(value);
  at::Tensor target = without_value(rows);
  at::mul_out(target, tangents, factor.unsqueeze(2));
  return rows;
}

}  // namespace

void add_curvature(const at::Tensor& weight, const at::Tensor& tangents, const at::Tensor& second) {
  const at::Tensor left = tangents.narrow(2, 0, second.size(2)) * weight.unsqueeze(2);
  second.add_(combine(left, tangents.transpose(2, 3)));
}

HiddenLayer::HiddenLayer(network::Activation activation, const at::Tensor& weight, const at::Tensor& bias)
    : activation_(activation), weight_(weight), bias_(bias) {}

at::Tensor HiddenLayer::forward(const at::Tensor& rows, bool value_only, bool for_backward) {
  const at::Tensor linear = product(rows, weight_.transpose(1, 2));
  const at::Tensor z = value_of(linear) + bias_.unsqueeze(1);
  rows_ = rows;
  tangents_ = without_value(linear);
  phi_ = network::derivatives(activation_, z, for_backward ? 3 : 2);
  return value_only ? phi_[0].unsqueeze(2) : rows_of(phi_[0], tangents_, phi_[1]);
}

at::Tensor HiddenLayer::reverse(const at::Tensor& r, const at::Tensor& second) {
  r_ = r;
  r_before_activation_ = r * phi_[1];
  curvature_ = r * phi_[2];
  add_curvature(curvature_, tangents_, second);
  return at::bmm(r_before_activation_, weight_);
}

at::Tensor HiddenLayer::push(const at::Tensor& sigma, const SecondOrder& terms) {
  sigma_ = sigma;
  sigma_before_activation_ = at::bmm(sigma, weight_.transpose(1, 2));
  streams_ = terms.streams(tangents_);
  partners_ = terms.partners(streams_);
  contraction_ = terms.contract(streams_, partners_);
  return phi_[1] * sigma_before_activation_ + phi_[2] * contraction_;
}

at::Tensor HiddenLayer::adjoints_before_activation(const at::Tensor& adjoints) const {
  const at::Tensor value = curvature_ * sigma_before_activation_ + r_ * phi_[3] * contraction_;
  const at::Tensor rows = rows_of(value, partners_, curvature_);
  if (!adjoints.defined()) return rows;
  rows.add_(adjoints * phi_[1].unsqueeze(2));
  value_of(rows).add_((without_value(adjoints) * streams_).sum(2).mul_(phi_[2]));
  return rows;
}

HiddenLayer::Gradient HiddenLayer::pull(const at::Tensor& adjoints, const SecondOrder& terms,
                                        bool input_wanted) const {
  const at::Tensor rows = adjoints_before_activation(adjoints);
  const at::Tensor tangents = without_value(rows_);
  const at::Tensor streams = terms.streams(tangents);
  // The streams are often the tangents themselves, which already stand behind the value.
  const at::Tensor inputs =
      streams.is_same(tangents) ? rows_ : at::cat({value_of(rows_).unsqueeze(2), streams}, 2);
  Gradient gradient;
  gradient.weight = at::bmm(r_before_activation_.transpose(1, 2), sigma_);
  gradient.weight.baddbmm_(rows.flatten(1, 2).transpose(1, 2), inputs.flatten(1, 2));
  gradient.bias = value_of(rows).sum(1);
  if (input_wanted) gradient.input = product(rows, weight_);
  return gradient;
}

DytLayer::DytLayer(const at::Tensor& alpha, const at::Tensor& gamma, const at::Tensor& beta)
    : alpha_(alpha.unsqueeze(1)), gamma_(gamma.unsqueeze(1)), beta_(beta.unsqueeze(1)) {}

at::Tensor DytLayer::forward(const at::Tensor& rows) {
  rows_ = rows;
  tanh_ = at::tanh(alpha_ * value_of(rows));
  slope_ = 1 - tanh_ * tanh_;
  first_ = gamma_ * alpha_ * slope_;
  second_ = first_ * alpha_ * tanh_ * -2;
  return rows_of(gamma_ * tanh_ + beta_, without_value(rows), first_);
}

at::Tensor DytLayer::reverse(const at::Tensor& r, const at::Tensor& second) {
  r_ = r;
  add_curvature(r * second_, without_value(rows_), second);
  return r * first_;
}

at::Tensor DytLayer::push(const at::Tensor& sigma, const SecondOrder& terms) {
  sigma_ = sigma;
  streams_ = terms.streams(without_value(rows_));
  contraction_ = terms.contract(streams_, terms.partners(streams_));
  return first_ * sigma + second_ * contraction_;
}

DytLayer::Gradient DytLayer::pull(const at::Tensor& adjoints) const {
  // The functional depends on the parameters through y, y' and y'' at each element, with these weights.
  const at::Tensor on_y = value_of(adjoints);
  const at::Tensor on_first = r_ * sigma_ + (without_value(adjoints) * streams_).sum(2);
  const at::Tensor on_second = r_ * contraction_;
  const at::Tensor x = value_of(rows_);
  const at::Tensor ax = alpha_ * x;
  const at::Tensor alpha = gamma_ * slope_ *
                           (on_y * x + on_first * (1 - ax * tanh_ * 2) -
                            on_second * alpha_ * (tanh_ * 2 + ax * (1 - tanh_ * tanh_ * 3)) * 2);
  const at::Tensor gamma = on_y * tanh_ + slope_ * alpha_ * (on_first - on_second * alpha_ * tanh_ * 2);
  return {alpha.sum(2).sum(1).unsqueeze(1), gamma.sum(1), on_y.sum(1)};
}

}  // namespace lnn::jets
