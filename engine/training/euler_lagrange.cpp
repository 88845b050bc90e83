#include "training/euler_lagrange.h"

#include <ATen/ATen.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lnn::training {
namespace {

using Matrix = Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;
using Vector = Eigen::Map<const Eigen::VectorXd>;
using MutableVector = Eigen::Map<Eigen::VectorXd>;
using MutableMatrix = Eigen::Map<Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

std::size_t vector_at(const Motion& motion, int b) {
  return static_cast<std::size_t>(b) * static_cast<std::size_t>(motion.n);
}
std::size_t matrix_at(const Motion& motion, int b) {
  return vector_at(motion, b) * static_cast<std::size_t>(motion.n);
}

Vector vector_of(const Motion& motion, const std::vector<double>& values, int b) {
  return {values.data() + vector_at(motion, b), motion.n};
}
Matrix matrix_of(const Motion& motion, const std::vector<double>& values, int b) {
  return {values.data() + matrix_at(motion, b), motion.n, motion.n};
}

double largest_magnitude(const Vector& eigenvalues) {
  return eigenvalues.cwiseAbs().maxCoeff();
}

// 1/mu, or 0 for eigenvalues below the cut-off.
Eigen::VectorXd inverse_spectrum(const Motion& motion, int b) {
  const Vector mu = vector_of(motion, motion.eigenvalues, b);
  const double threshold = motion.cutoff * largest_magnitude(mu);
  return mu.unaryExpr([threshold](double value) { return std::abs(value) > threshold ? 1 / value : 0.0; });
}

Eigen::VectorXd apply_inverse(const Motion& motion, int b, const Eigen::VectorXd& right_side) {
  const Matrix basis = matrix_of(motion, motion.eigenvectors, b);
  return basis * (inverse_spectrum(motion, b).asDiagonal() * (basis.transpose() * right_side));
}

bool truncated(const Motion& motion, int b) {
  return (inverse_spectrum(motion, b).array() == 0).any();
}

// Terms are assembled in double precision on the CPU, then converted once to the network's type and device.
struct TermBuilder {
  TermBuilder(int samples, int n)
      : u(at::zeros({samples, n}, at::kDouble)), v(at::zeros({samples, n + 1}, at::kDouble)) {}

  void set(int b, const Eigen::VectorXd& row, const Eigen::VectorXd& tangent) {
    std::copy(row.begin(), row.end(), u.data_ptr<double>() + b * row.size());
    std::copy(tangent.begin(), tangent.end(), v.data_ptr<double>() + b * v.size(1));
  }

  jets::SecondOrderTerm build(const at::TensorOptions& options) const {
    return {u.to(options), v.to(options)};
  }

  at::Tensor u;
  at::Tensor v;
};

// The s tangent's weight is the last one; it is 1 for the force term L_vq v and 0 for terms in M alone.
Eigen::VectorXd tangent_weights(const Eigen::VectorXd& velocity_weights, double s_weight) {
  const Eigen::Index n = velocity_weights.size();
  Eigen::VectorXd weights = Eigen::VectorXd::Constant(n + 1, s_weight);
  weights.head(n) = velocity_weights;
  return weights;
}

void add_truncation_terms(const Motion& motion, const std::vector<double>& abar,
                          jets::Functional& functional) {
  TermBuilder range_term(motion.samples, motion.n);
  TermBuilder null_term(motion.samples, motion.n);
  bool any = false;
  for (int b = 0; b < motion.samples; ++b) {
    if (!truncated(motion, b)) continue;
    any = true;
    const Matrix mass = matrix_of(motion, motion.mass, b);
    const Eigen::VectorXd a = vector_of(motion, motion.acceleration, b);
    const Eigen::VectorXd sample_abar = vector_of(motion, abar, b);
    const Eigen::VectorXd lam = apply_inverse(motion, b, sample_abar);
    const Eigen::VectorXd residual = vector_of(motion, motion.force, b) - mass * a;
    range_term.set(b, apply_inverse(motion, b, lam), tangent_weights(residual, 0));
    null_term.set(b, sample_abar - mass * lam, tangent_weights(apply_inverse(motion, b, a), 0));
  }
  if (!any) return;
  functional.second.push_back(range_term.build(functional.first.options()));
  functional.second.push_back(null_term.build(functional.first.options()));
}

}  // namespace

double Motion::condition_number(int b) const {
  const auto magnitudes = vector_of(*this, eigenvalues, b).cwiseAbs();
  const double smallest = magnitudes.minCoeff();
  return smallest > 0 ? magnitudes.maxCoeff() / smallest : std::numeric_limits<double>::infinity();
}

int Motion::negative_eigenvalues(int b) const {
  return static_cast<int>((vector_of(*this, eigenvalues, b).array() < 0).count());
}

jets::Tangents lagrangian_tangents(const at::Tensor& x) {
  const std::int64_t samples = x.size(0);
  const std::int64_t n = x.size(1) / 2;
  at::Tensor directions = at::zeros({samples, n + 1, 2 * n}, x.options());
  directions.narrow(1, 0, n).narrow(2, n, n).copy_(at::eye(n, x.options()).expand({samples, n, n}));
  directions.select(1, n).narrow(1, 0, n).copy_(x.narrow(1, n, n));
  return {directions, static_cast<int>(n)};
}

Motion solve_motion(const jets::Jet& jet) {
  Motion motion;
  motion.samples = static_cast<int>(jet.gradient.size(0));
  motion.n = static_cast<int>(jet.second.size(1));
  const bool single = jet.gradient.scalar_type() == at::kFloat;
  motion.cutoff = motion.n * (single ? double{std::numeric_limits<float>::epsilon()}
                                     : std::numeric_limits<double>::epsilon());
  const auto count = static_cast<std::size_t>(motion.samples) * static_cast<std::size_t>(motion.n);
  const auto squares = count * static_cast<std::size_t>(motion.n);
  motion.eigenvalues.resize(count);
  motion.force.resize(count);
  motion.acceleration.resize(count);
  motion.mass.resize(squares);
  motion.eigenvectors.resize(squares);

  const at::Tensor gradient = jet.gradient.to(at::kCPU, at::kDouble).contiguous();
  const at::Tensor second = jet.second.to(at::kCPU, at::kDouble).contiguous();
  const int n = motion.n;
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(n);
  for (int b = 0; b < motion.samples; ++b) {
    const Matrix rows(second.data_ptr<double>() + static_cast<std::ptrdiff_t>(b) * n * (n + 1), n, n + 1);
    const Vector l_q(gradient.data_ptr<double>() + static_cast<std::ptrdiff_t>(b) * 2 * n, n);
    const Eigen::MatrixXd mass = 0.5 * (rows.leftCols(n) + rows.leftCols(n).transpose());
    MutableMatrix(motion.mass.data() + matrix_at(motion, b), n, n) = mass;
    MutableVector(motion.force.data() + vector_at(motion, b), n) = l_q - rows.col(n);
    if (mass.allFinite()) {
      solver.compute(mass);
      MutableVector(motion.eigenvalues.data() + vector_at(motion, b), n) = solver.eigenvalues();
      MutableMatrix(motion.eigenvectors.data() + matrix_at(motion, b), n, n) = solver.eigenvectors();
      MutableVector(motion.acceleration.data() + vector_at(motion, b), n) =
          apply_inverse(motion, b, vector_of(motion, motion.force, b));
    } else {  // let the loss become NaN, which the trainer reports as divergence
      const auto nan = std::numeric_limits<double>::quiet_NaN();
      std::fill_n(motion.eigenvalues.begin() + static_cast<std::ptrdiff_t>(vector_at(motion, b)), n, nan);
      std::fill_n(motion.eigenvectors.begin() + static_cast<std::ptrdiff_t>(matrix_at(motion, b)), n * n,
                  nan);
      std::fill_n(motion.acceleration.begin() + static_cast<std::ptrdiff_t>(vector_at(motion, b)), n, nan);
    }
  }
  return motion;
}

jets::Functional zero_functional(const jets::Jet& jet) {
  return {at::zeros_like(jet.gradient), {}};
}

void add_acceleration_terms(const Motion& motion, const std::vector<double>& abar,
                            jets::Functional& functional) {
  TermBuilder term(motion.samples, motion.n);
  at::Tensor first = at::zeros({motion.samples, 2 * motion.n}, at::kDouble);
  for (int b = 0; b < motion.samples; ++b) {
    const Eigen::VectorXd lam = apply_inverse(motion, b, vector_of(motion, abar, b));
    const Eigen::VectorXd a = vector_of(motion, motion.acceleration, b);
    std::copy(lam.begin(), lam.end(),
              first.data_ptr<double>() + static_cast<std::ptrdiff_t>(b) * 2 * motion.n);
    term.set(b, -lam, tangent_weights(a, 1));
  }
  functional.first = functional.first + first.to(functional.first.options());
  functional.second.push_back(term.build(functional.first.options()));
  add_truncation_terms(motion, abar, functional);
}

void add_mass_terms(const Motion& motion, const std::vector<double>& g, jets::Functional& functional) {
  for (int row = 0; row < motion.n; ++row) {
    TermBuilder term(motion.samples, motion.n);
    const Eigen::VectorXd unit = Eigen::VectorXd::Unit(motion.n, row);
    for (int b = 0; b < motion.samples; ++b) {
      const Eigen::VectorXd weights = matrix_of(motion, g, b).row(row).transpose();
      if (!weights.isZero(0)) term.set(b, unit, tangent_weights(weights, 0));
    }
    functional.second.push_back(term.build(functional.first.options()));
  }
}

}  // namespace lnn::training
