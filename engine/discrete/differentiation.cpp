#include "discrete/differentiation.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <limits>
#include <tuple>

namespace lnn::discrete {

at::Tensor as_variable(const at::Tensor& x) {
  return x.requires_grad() ? x.view_as(x) : x.detach().requires_grad_(true);
}

std::vector<at::Tensor> gradients(const at::Tensor& y, const std::vector<at::Tensor>& x) {
  std::vector<at::Tensor> result(x.size());
  if (y.requires_grad()) result = torch::autograd::grad({y.sum()}, x, {}, true, true, true);
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!result[i].defined()) result[i] = at::zeros_like(x[i]);
  }
  return result;
}

at::Tensor solve(const at::Tensor& matrix, const at::Tensor& right_side) {
  const at::Tensor unknown = right_side.unsqueeze(2);
  const at::Tensor singular = std::get<1>(at::linalg_solve_ex(matrix.detach(), unknown.detach())).ne(0);
  // The derivative of LibTorch's solver throws for a singular matrix, so no sample may have one.
  const at::Tensor identity = at::eye(matrix.size(1), matrix.options().requires_grad(false));
  const at::Tensor regular = at::where(singular.view({-1, 1, 1}), identity, matrix);
  // A factor, for a NaN written over the solution would leave the derivatives finite and wrong.
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const at::Tensor validity = at::ones_like(singular, identity.options()).masked_fill(singular, nan);
  return std::get<0>(at::linalg_solve_ex(regular, unknown)).squeeze(2) * validity.unsqueeze(1);
}

}  // namespace lnn::discrete
