#include "training/euler_lagrange.h"

#include <ATen/ATen.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace lnn::training {
namespace {

// The few small sizes that occur are compiled with fixed dimensions, which keeps the loops free of
// allocations; Eigen's Dynamic serves all others.
template <int N>
using Matrix = Eigen::Map<const Eigen::Matrix<double, N, N, N == 1 ? Eigen::ColMajor : Eigen::RowMajor>>;
template <int N>
using Vector = Eigen::Map<const Eigen::Matrix<double, N, 1>>;
template <int N>
using OwnVector = Eigen::Matrix<double, N, 1>;
template <int N>
using OwnMatrix = Eigen::Matrix<double, N, N>;

template <class Body>
void with_dimension(int n, const Body& body) {
  switch (n) {
    case 1:
      return body.template operator()<1>();
    case 2:
      return body.template operator()<2>();
    case 3:
      return body.template operator()<3>();
    case 4:
      return body.template operator()<4>();
    default:
      return body.template operator()<Eigen::Dynamic>();
  }
}

std::size_t vector_at(const Motion& motion, int b) {
  return static_cast<std::size_t>(b) * static_cast<std::size_t>(motion.n);
}
std::size_t matrix_at(const Motion& motion, int b) {
  return vector_at(motion, b) * static_cast<std::size_t>(motion.n);
}

template <int N>
Vector<N> vector_of(const Motion& motion, const std::vector<double>& values, int b) {
  return {values.data() + vector_at(motion, b), motion.n};
}
template <int N>
Matrix<N> matrix_of(const Motion& motion, const std::vector<double>& values, int b) {
  return {values.data() + matrix_at(motion, b), motion.n, motion.n};
}
template <int N>
auto mutable_vector_of(const Motion& motion, std::vector<double>& values, int b) {
  return Eigen::Map<OwnVector<N>>(values.data() + vector_at(motion, b), motion.n);
}
template <int N>
auto mutable_matrix_of(const Motion& motion, std::vector<double>& values, int b) {
  return Eigen::Map<Eigen::Matrix<double, N, N, N == 1 ? Eigen::ColMajor : Eigen::RowMajor>>(
      values.data() + matrix_at(motion, b), motion.n, motion.n);
}

// 1/mu, or 0 for eigenvalues below the cut-off.
template <int N>
OwnVector<N> inverse_spectrum(const Motion& motion, int b) {
  const Vector<N> mu = vector_of<N>(motion, motion.eigenvalues, b);
  const double threshold = motion.cutoff * mu.cwiseAbs().maxCoeff();
  return mu.unaryExpr([threshold](double value) { return std::abs(value) > threshold ? 1 / value : 0.0; });
}

template <int N, class RightSide>
OwnVector<N> apply_inverse(const Motion& motion, int b, const RightSide& right_side) {
  const Matrix<N> basis = matrix_of<N>(motion, motion.eigenvectors, b);
  const OwnVector<N> coordinates = basis.transpose() * right_side;
  return basis * inverse_spectrum<N>(motion, b).cwiseProduct(coordinates);
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
    const at::Tensor weights = at::tensor(weights_, at::TensorOptions(at::kDouble)).to(options);
    const at::Tensor directions =
        at::tensor(directions_, at::TensorOptions(at::kDouble)).view({entries, n_}).to(options);
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

// What a pseudo-inverse's derivative has beyond an inverse's, for samples with a truncated eigenvalue.
template <int N>
void add_truncation_terms(const Motion& motion, const std::vector<double>& abar, int b,
                          SquareBuilder& squares) {
  const Matrix<N> mass = matrix_of<N>(motion, motion.mass, b);
  const OwnVector<N> a = vector_of<N>(motion, motion.acceleration, b);
  const OwnVector<N> sample_abar = vector_of<N>(motion, abar, b);
  const OwnVector<N> lam = apply_inverse<N>(motion, b, sample_abar);
  const OwnVector<N> residual = vector_of<N>(motion, motion.force, b) - mass * a;
  const OwnVector<N> outside = sample_abar - mass * lam;
  squares.add_product(b, apply_inverse<N>(motion, b, lam), residual);
  squares.add_product(b, outside, apply_inverse<N>(motion, b, a));
}

// One sample of solve_motion(): `jet_mass` [n][n + 1] holds M and L_vq v.
template <int N>
void solve_sample(const double* l_q, const double* jet_mass,
                  Eigen::SelfAdjointEigenSolver<OwnMatrix<N>>& solver, int b, Motion& motion) {
  const int n = motion.n;
  auto mass = mutable_matrix_of<N>(motion, motion.mass, b);
  auto force = mutable_vector_of<N>(motion, motion.force, b);
  for (int i = 0; i < n; ++i) {
    for (int j = 0; j < n; ++j) mass(i, j) = 0.5 * (jet_mass[i * (n + 1) + j] + jet_mass[j * (n + 1) + i]);
    force[i] = l_q[i] - jet_mass[i * (n + 1) + n];
  }
  if (mass.allFinite()) {
    solver.compute(mass);
    mutable_vector_of<N>(motion, motion.eigenvalues, b) = solver.eigenvalues();
    mutable_matrix_of<N>(motion, motion.eigenvectors, b) = solver.eigenvectors();
    mutable_vector_of<N>(motion, motion.acceleration, b) = apply_inverse<N>(motion, b, force);
  } else {  // let the loss become NaN, which the trainer reports as divergence
    const auto nan = std::numeric_limits<double>::quiet_NaN();
    mutable_vector_of<N>(motion, motion.eigenvalues, b).setConstant(nan);
    mutable_matrix_of<N>(motion, motion.eigenvectors, b).setConstant(nan);
    mutable_vector_of<N>(motion, motion.acceleration, b).setConstant(nan);
  }
}

}  // namespace

double Motion::condition_number(int b) const {
  const auto magnitudes = vector_of<Eigen::Dynamic>(*this, eigenvalues, b).cwiseAbs();
  const double smallest = magnitudes.minCoeff();
  return smallest > 0 ? magnitudes.maxCoeff() / smallest : std::numeric_limits<double>::infinity();
}

int Motion::negative_eigenvalues(int b) const {
  return static_cast<int>((vector_of<Eigen::Dynamic>(*this, eigenvalues, b).array() < 0).count());
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
  const double* l_q = gradient.data_ptr<double>();
  const double* jet_mass = second.data_ptr<double>();
  const std::ptrdiff_t n = motion.n;
  with_dimension(motion.n, [&]<int N>() {
    Eigen::SelfAdjointEigenSolver<OwnMatrix<N>> solver(n);
    for (int b = 0; b < motion.samples; ++b) {
      solve_sample<N>(l_q + b * 2 * n, jet_mass + b * n * (n + 1), solver, b, motion);
    }
  });
  return motion;
}

jets::Functional zero_functional(const jets::Jet& jet) {
  return {at::zeros_like(jet.gradient), {}, {}};
}

void add_acceleration_terms(const Motion& motion, const std::vector<double>& abar,
                            jets::Functional& functional) {
  const std::int64_t samples = motion.samples;
  const std::int64_t n = motion.n;
  at::Tensor first = at::zeros({samples, 2 * n}, at::kDouble);
  at::Tensor u = at::empty({samples, n}, at::kDouble);
  at::Tensor v = at::ones({samples, n + 1}, at::kDouble);  // the last one weighs s, for the force term L_vq v
  SquareBuilder squares(motion.n);
  with_dimension(motion.n, [&]<int N>() {
    for (int b = 0; b < motion.samples; ++b) {
      const OwnVector<N> lam = apply_inverse<N>(motion, b, vector_of<N>(motion, abar, b));
      for (std::int64_t i = 0; i < n; ++i) {
        first.data_ptr<double>()[b * 2 * n + i] = lam[i];
        u.data_ptr<double>()[b * n + i] = -lam[i];
        v.data_ptr<double>()[b * (n + 1) + i] = motion.acceleration[index(b * n + i)];
      }
      const bool truncated = (inverse_spectrum<N>(motion, b).array() == 0).any();
      if (truncated) add_truncation_terms<N>(motion, abar, b, squares);
    }
  });
  const at::TensorOptions options = functional.first.options();
  functional.first = functional.first + first.to(options);
  functional.mixed.push_back({u.to(options), v.to(options)});
  squares.append_to(functional);
}

void add_mass_terms(const Motion& motion, const std::vector<double>& g, jets::Functional& functional) {
  SquareBuilder squares(motion.n);
  with_dimension(motion.n, [&]<int N>() {
    Eigen::SelfAdjointEigenSolver<OwnMatrix<N>> solver(motion.n);
    for (int b = 0; b < motion.samples; ++b) {
      const Matrix<N> weights = matrix_of<N>(motion, g, b);
      if (weights.isZero(0)) continue;
      solver.compute(weights);
      const double negligible = 1e-14 * solver.eigenvalues().cwiseAbs().maxCoeff();
      for (int k = 0; k < motion.n; ++k) {
        const double weight = solver.eigenvalues()[k];
        if (!(std::abs(weight) <= negligible)) squares.add(b, weight, solver.eigenvectors().col(k));
      }
    }
  });
  squares.append_to(functional);
}

}  // namespace lnn::training
