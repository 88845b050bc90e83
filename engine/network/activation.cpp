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
