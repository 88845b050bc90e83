#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

/// Derivatives by LibTorch's autograd that can be differentiated again, as often as wanted.
namespace lnn::discrete {

/// `x` as a variable to differentiate by: equal to x, but no other tensor is computed from it, so a partial
/// derivative never runs along a path through another argument. What is computed from it is differentiable in
/// x where x itself is.
at::Tensor as_variable(const at::Tensor& x);

/// d(sum of y)/dx for each x, in the shape of x: the gradient of every sample where y [B] holds one value per
/// sample. Zero where y does not depend on x. Part of the graph, so it can be differentiated again.
std::vector<at::Tensor> gradients(const at::Tensor& y, const std::vector<at::Tensor>& x);

/// x with matrix [B, n, n] x = right_side [B, n]: [B, n]. NaN, with NaN derivatives, for a singular sample.
at::Tensor solve(const at::Tensor& matrix, const at::Tensor& right_side);

}  // namespace lnn::discrete
