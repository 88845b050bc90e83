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
  const Eigen::VectorXd components = basis.transpose() * right_side;
  return basis * inverse_spectrum(motion, b).cwiseProduct(components);
}

bool truncated(const Motion& motion, int b) {
  return (inverse_spectrum(motion, b).array() == 0).any();
}

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

// Terms are assembled in double precision on the CPU, then converted once to the network's type and device.
// Collects squares and appends them to those that a functional already has.
class SquareBuilder {
 public:
  explicit SquareBuilder(int n) : n_(n) {}

  void add(int b, double weight, const Eigen::VectorXd& direction) {
    samples_.push_back(b);
    weights_.push_back(weight);
    directions_.insert(directions_.end(), direction.begin(), direction.end());
  }

  // u^T dM v as squares: with u and v scaled to one length, u v = ((u + v)^2 - (u - v)^2) / 4.
  void add_product(int b, const Eigen::VectorXd& u, const Eigen::VectorXd& v) {
    const double length = u.norm() * v.norm();
    if (length == 0) return;
    const Eigen::VectorXd e = u.normalized();
    const Eigen::VectorXd f = v.normalized();
    add(b, length / 4, e + f);
    add(b, -length / 4, e - f);
  }

  void append_to(jets::Functional& functional) const {
    if (samples_.empty()) return;
    jets::SquareTerms& squares = functional.squares;
    const auto entries = static_cast<std::int64_t>(samples_.size());
    const at::TensorOptions options = functional.first.options();
    const at::Tensor weights = at::tensor(weights_, at::kDouble).to(options);
    const at::Tensor directions = at::tensor(directions_, at::kDouble).view({entries, n_}).to(options);
    const bool first = squares.samples.empty();
    squares.samples.insert(squares.samples.end(), samples_.begin(), samples_.end());
    squares.weights = first ? weights : at::cat({squares.weights, weights});
    squares.directions = first ? directions : at::cat({squares.directions, directions});
  }

 private:
  int n_;
  std::vector<std::int64_t> samples_;
  std::vector<double> weights_;
  std::vector<double> directions_;
};

void add_truncation_terms(const Motion& motion, const std::vector<double>& abar,
                          jets::Functional& functional) {
  SquareBuilder squares(motion.n);
  for (int b = 0; b < motion.samples; ++b) {
    if (!truncated(motion, b)) continue;
    const Matrix mass = matrix_of(motion, motion.mass, b);
    const Eigen::VectorXd a = vector_of(motion, motion.acceleration, b);
    const Eigen::VectorXd sample_abar = vector_of(motion, abar, b);
    const Eigen::VectorXd lam = apply_inverse(motion, b, sample_abar);
    const Eigen::VectorXd residual = vector_of(motion, motion.force, b) - mass * a;
    squares.add_product(b, apply_inverse(motion, b, lam), residual);
    squares.add_product(b, sample_abar - mass * lam, apply_inverse(motion, b, a));
  }
  squares.append_to(functional);
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
  return {at::zeros_like(jet.gradient), {}, {}};
}

void add_acceleration_terms(const Motion& motion, const std::vector<double>& abar,
                            jets::Functional& functional) {
  const std::int64_t samples = motion.samples;
  const std::int64_t n = motion.n;
  std::vector<double> first(index(samples * 2 * n));
  std::vector<double> u(index(samples * n));
  std::vector<double> v(index(samples * (n + 1)), 1.0);  // the last one weighs s, for the force term L_vq v
  for (int b = 0; b < motion.samples; ++b) {
    const Eigen::VectorXd lam = apply_inverse(motion, b, vector_of(motion, abar, b));
    MutableVector(first.data() + b * 2 * n, n) = lam;
    MutableVector(u.data() + b * n, n) = -lam;
    MutableVector(v.data() + b * (n + 1), n) = vector_of(motion, motion.acceleration, b);
  }
  const at::TensorOptions options = functional.first.options();
  functional.first = functional.first + at::tensor(first, at::kDouble).view({samples, 2 * n}).to(options);
  functional.mixed.push_back({at::tensor(u, at::kDouble).view({samples, n}).to(options),
                              at::tensor(v, at::kDouble).view({samples, n + 1}).to(options)});
  add_truncation_terms(motion, abar, functional);
}

void add_mass_terms(const Motion& motion, const std::vector<double>& g, jets::Functional& functional) {
  SquareBuilder squares(motion.n);
  Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(motion.n);
  for (int b = 0; b < motion.samples; ++b) {
    const Matrix weights = matrix_of(motion, g, b);
    if (weights.isZero(0)) continue;
    solver.compute(weights);
    const double negligible = 1e-14 * solver.eigenvalues().cwiseAbs().maxCoeff();
    for (int k = 0; k < motion.n; ++k) {
      const double weight = solver.eigenvalues()[k];
      if (!(std::abs(weight) <= negligible)) squares.add(b, weight, solver.eigenvectors().col(k));
    }
  }
  squares.append_to(functional);
}

}  // namespace lnn::training
