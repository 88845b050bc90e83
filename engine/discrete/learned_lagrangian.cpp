#include "discrete/learned_lagrangian.h"

#include <ATen/ATen.h>

#include "network/double_copy.h"

namespace lnn::discrete {
namespace {

using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

std::unique_ptr<jets::Engine> exact_engine(const network::Network& network) {
  return jets::make_engine({.backend = "auto", .precision = "float64", .device = "cpu"}, network);
}

// The network's jet at [left, right], second derivatives of the first `rows` inputs by all.
jets::Jet jet_at(jets::Engine& engine, const Vector& left, const Vector& right, int rows) {
  const Eigen::Index n = left.size();
  const at::Tensor x = at::empty({1, 2 * n}, at::kDouble);
  Eigen::Map<Eigen::VectorXd>(x.data_ptr<double>(), n) = left;
  Eigen::Map<Eigen::VectorXd>(x.data_ptr<double>() + n, n) = right;
  const at::Tensor directions = at::eye(2 * n, at::kDouble).unsqueeze(0);
  return engine.forward(x, {directions, rows}, jets::Keep::values_only);
}

}  // namespace

LearnedLagrangian::LearnedLagrangian(const network::Network& network)
    : network_(network::double_copy(network)), engine_(exact_engine(*network_)) {}

LearnedLagrangian::~LearnedLagrangian() = default;

int LearnedLagrangian::dimension() const {
  return network_->options().coordinates;
}

Jet LearnedLagrangian::jet(const Vector& q0, const Vector& q1) const {
  const Eigen::Index n = q0.size();
  const jets::Jet at_pair = jet_at(*engine_, q0, q1, dimension());
  const Eigen::Map<const Eigen::VectorXd> gradient(at_pair.gradient.data_ptr<double>(), 2 * n);
  const Eigen::Map<const RowMajor> second(at_pair.second.data_ptr<double>(), n, 2 * n);
  return {at_pair.value.data_ptr<double>()[0], gradient.head(n), gradient.tail(n), second.rightCols(n)};
}

MidpointLearnedLagrangian::MidpointLearnedLagrangian(const network::Network& network, double h)
    : network_(network::double_copy(network)), engine_(exact_engine(*network_)), h_(h) {}

MidpointLearnedLagrangian::~MidpointLearnedLagrangian() = default;

int MidpointLearnedLagrangian::dimension() const {
  return network_->options().coordinates;
}

Jet MidpointLearnedLagrangian::jet(const Vector& q0, const Vector& q1) const {
  const Eigen::Index n = q0.size();
  const jets::Jet middle = jet_at(*engine_, (q0 + q1) / 2, (q1 - q0) / h_, 2 * dimension());
  const Eigen::Map<const Eigen::VectorXd> gradient(middle.gradient.data_ptr<double>(), 2 * n);
  const Eigen::Map<const RowMajor> hessian(middle.second.data_ptr<double>(), 2 * n, 2 * n);
  const Vector half_force = h_ / 2 * gradient.head(n);
  const Vector p = gradient.tail(n);
  const Matrix qv = hessian.topRightCorner(n, n);
  const Matrix vq = hessian.bottomLeftCorner(n, n);
  return {h_ * middle.value.data_ptr<double>()[0], half_force - p, half_force + p,
          h_ / 4 * hessian.topLeftCorner(n, n) + (qv - vq) / 2 - hessian.bottomRightCorner(n, n) / h_};
}

std::vector<AffineGenerator> affine_generators(const Generators& numbers, int n) {
  std::vector<AffineGenerator> generators;
  const auto size = static_cast<std::size_t>(n + n * n);
  for (std::size_t first = 0; first < numbers.size(); first += size) {
    const double* begin = numbers.data() + first;
    generators.push_back(
        {Eigen::Map<const RowMajor>(begin + n, n, n), Eigen::Map<const Eigen::VectorXd>(begin, n)});
  }
  return generators;
}

}  // namespace lnn::discrete
