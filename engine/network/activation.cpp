#include "network/activation.h"

#include <ATen/ATen.h>

#include <Eigen/Eigenvalues>
#include <cmath>
#include <numbers>

#include "base/error.h"

namespace lnn::network {
namespace {

constexpr double xtanh_k = 0.5;
constexpr double softplus_threshold = 20.0;

std::array<double, 4> gelu(double z) {
  const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  const double distribution = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  return {z * distribution, distribution + z * density, (2 - z * z) * density, (z * z * z - 4 * z) * density};
}

std::array<double, 4> xtanh(double z) {
  const double k = xtanh_k;
  const double t = std::tanh(k * z);
  const double s = 1 - t * t;
  return {z * t, t + k * z * s, 2 * k * s - 2 * k * k * z * t * s,
          -6 * k * k * t * s - 2 * k * k * k * z * s * (1 - 3 * t * t)};
}

std::array<double, 4> softplus(double z) {
  if (z > softplus_threshold) return {z, 1, 0, 0};
  const double g = 1 / (1 + std::exp(-z));
  return {std::log1p(std::exp(z)), g, g * (1 - g), g * (1 - g) * (1 - 2 * g)};
}

using Derivatives = std::array<at::Tensor, 4>;

// Every tensor form uses only operations whose result does not depend on where in a tensor an element lies,
// so that networks packed into one tensor train bitwise as they would alone (LibTorch's sigmoid and gelu, for
// example, compute the last few elements differently).

Derivatives gelu(const at::Tensor& z, int highest) {
  const at::Tensor distribution = at::erf(z * (1 / std::numbers::sqrt2)).add_(1).mul_(0.5);
  // Beyond 40 the density is zero in double precision, too; without the bound z^2 overflows there.
  const at::Tensor bounded = z.clamp(-40, 40);
  const at::Tensor square = bounded * bounded;
  const at::Tensor density = (square * -0.5).exp_().mul_(1 / std::sqrt(2 * std::numbers::pi));
  Derivatives phi;
  phi[0] = z * distribution;
  phi[1] = bounded * density + distribution;
  if (highest >= 2) phi[2] = density * (2 - square);
  if (highest >= 3) phi[3] = density * bounded * (square - 4);
  return phi;
}

Derivatives xtanh(const at::Tensor& z, int highest) {
  const double k = xtanh_k;
  const at::Tensor t = at::tanh(z * k);
  const at::Tensor s = 1 - t * t;
  const at::Tensor zs = z * s;
  Derivatives phi;
  phi[0] = z * t;
  phi[1] = t + zs * k;
  if (highest >= 2) phi[2] = s * (2 * k) - t * zs * (2 * k * k);
  if (highest >= 3) phi[3] = (1 - t * t * 3) * zs * (-2 * k * k * k) - t * s * (6 * k * k);
  return phi;
}

Derivatives softplus(const at::Tensor& z, int highest) {
  // With e = exp(-|z|) nothing overflows; e = 0 above the threshold is the identity.
  const at::Tensor e = at::exp(-z.abs()).masked_fill_(z > softplus_threshold, 0);
  const at::Tensor positive = z > 0;
  const at::Tensor denominator = e + 1;
  Derivatives phi;
  phi[0] = z.clamp_min(0) + at::log1p(e);
  phi[1] = at::where(positive, at::ones_like(e), e) / denominator;
  if (highest < 2) return phi;
  phi[2] = e / (denominator * denominator);
  if (highest >= 3) phi[3] = phi[2] * at::where(positive, e - 1, 1 - e) / denominator;
  return phi;
}

Derivatives quadratic(const at::Tensor& z, int highest) {
  Derivatives phi;
  phi[0] = z * z;
  phi[1] = z * 2;
  if (highest >= 2) phi[2] = at::full_like(z, 2);
  if (highest >= 3) phi[3] = at::zeros_like(z);
  return phi;
}

// Nodes and weights for integrals over the standard normal density (Golub-Welsch: the eigenvalues of the
// Jacobi matrix of the probabilists' Hermite polynomials, and the squared first components of its
// eigenvectors).
double normal_expectation_of_squared_slope(Activation activation) {
  constexpr int nodes = 200;
  Eigen::VectorXd diagonal = Eigen::VectorXd::Zero(nodes);
  Eigen::VectorXd off_diagonal(nodes - 1);
  for (int i = 1; i < nodes; ++i) off_diagonal[i - 1] = std::sqrt(static_cast<double>(i));
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver;
  solver.computeFromTridiagonal(diagonal, off_diagonal);
  double expectation = 0;
  for (int i = 0; i < nodes; ++i) {
    const double slope = derivatives(activation, solver.eigenvalues()[i])[1];
    const double root_weight = solver.eigenvectors()(0, i);
    expectation += root_weight * root_weight * slope * slope;
  }
  return expectation;
}

}  // namespace

std::array<double, 4> derivatives(Activation activation, double z) {
  switch (activation) {
    case Activation::gelu:
      return gelu(z);
    case Activation::xtanh:
      return xtanh(z);
    case Activation::softplus:
      return softplus(z);
    case Activation::quadratic:
      return {z * z, 2 * z, 2, 0};
  }
  invariant(false, "every activation has derivatives");
  return {};
}

std::array<at::Tensor, 4> derivatives(Activation activation, const at::Tensor& z, int highest) {
  switch (activation) {
    case Activation::gelu:
      return gelu(z, highest);
    case Activation::xtanh:
      return xtanh(z, highest);
    case Activation::softplus:
      return softplus(z, highest);
    case Activation::quadratic:
      return quadratic(z, highest);
  }
  invariant(false, "every activation has derivatives");
  return {};
}

at::Tensor apply(Activation activation, const at::Tensor& z) {
  switch (activation) {
    case Activation::gelu:
      return at::gelu(z);
    case Activation::xtanh:
      return z * at::tanh(xtanh_k * z);
    case Activation::softplus:
      return at::softplus(z, 1, softplus_threshold);
    case Activation::quadratic:
      return z * z;
  }
  invariant(false, "every activation can be applied");
  return {};
}

double gain(Activation activation) {
  return 1 / std::sqrt(normal_expectation_of_squared_slope(activation) + 1e-8);
}

}  // namespace lnn::network
