#pragma once

#include <ATen/core/Tensor.h>

#include <array>

#include "network/options.h"

/// The activations with their derivatives to third order: the loss holds second derivatives of the network in
/// its input and is differentiated once more in the weights.
namespace lnn::network {

/// {phi, phi', phi'', phi'''} at z, dimensionless.
/// GeLU is the exact one, z Phi(z); xtanh has k = 1/2 (paper A's code; the paper leaves k blank in eq. 7);
/// softplus becomes the identity above z = 20, as in PyTorch.
std::array<double, 4> derivatives(Activation activation, double z);

/// The same elementwise on a tensor of any shape and device, up to derivative `highest` (1 to 3; the others
/// stay undefined). They share their exponential, and no large |z| makes a NaN out of infinity times zero.
std::array<at::Tensor, 4> derivatives(Activation activation, const at::Tensor& z, int highest = 3);

/// phi elementwise on a tensor of any shape; differentiable by autograd as often as needed.
at::Tensor apply(Activation activation, const at::Tensor& z);

/// Gain of the variance-preserving initialization (paper A, section III.5):
/// 1/sqrt(E[phi'(z)^2] + 1e-8), z ~ N(0, 1), by Gauss-Hermite quadrature with 200 nodes.
double gain(Activation activation);

}  // namespace lnn::network
