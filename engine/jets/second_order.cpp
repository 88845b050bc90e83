#include "jets/second_order.h"

#include <ATen/ATen.h>

#include <utility>

namespace lnn::jets {
namespace {

// Zero columns (dim 3) or rows (dim 2) up to `size`.
at::Tensor padded(const at::Tensor& x, std::int64_t dim, std::int64_t size) {
  const std::int64_t missing = size - x.size(dim);
  if (missing == 0) return x;
  return at::constant_pad_nd(
      x, dim == 3 ? std::vector<std::int64_t>{0, missing} : std::vector<std::int64_t>{0, 0, 0, missing});
}

at::Tensor paired(const at::Tensor& streams) {
  return streams.reshape({streams.size(0), streams.size(1), streams.size(2) / 2, 2, streams.size(3)});
}

}  // namespace

at::Tensor combine(const at::Tensor& coefficients, const at::Tensor& rows) {
  return at::bmm(coefficients.flatten(0, 1), rows.flatten(0, 1)).unflatten(0, {rows.size(0), rows.size(1)});
}

SecondOrder::SecondOrder(Form form, at::Tensor coefficients)
    : form_(form), coefficients_(std::move(coefficients)) {}

SecondOrder SecondOrder::mixed(const at::Tensor& u, const at::Tensor& v) {
  const at::Tensor pairs = at::stack({padded(u, 3, v.size(3)), v}, 3);  // [K, B, M, 2, T]
  return {Form::mixed, pairs.flatten(2, 3)};
}

SecondOrder SecondOrder::dense(const at::Tensor& weights) {
  const at::Tensor square = padded(weights, 2, weights.size(3));
  return {Form::dense, square + square.transpose(2, 3)};
}

at::Tensor SecondOrder::streams(const at::Tensor& tangents) const {
  return form_ == Form::dense ? tangents : combine(coefficients_, tangents);
}

at::Tensor SecondOrder::partners(const at::Tensor& streams) const {
  if (form_ == Form::dense) return combine(coefficients_, streams);
  return paired(streams).flip(3).flatten(2, 3);
}

at::Tensor SecondOrder::contract(const at::Tensor& streams, const at::Tensor& partners) const {
  if (form_ == Form::dense) return (streams * partners).sum(2).mul_(0.5);
  const at::Tensor pairs = paired(streams);
  return (pairs.select(3, 0) * pairs.select(3, 1)).sum(2);
}

}  // namespace lnn::jets
