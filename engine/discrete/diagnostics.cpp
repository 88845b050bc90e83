#include "discrete/diagnostics.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <limits>
#include <utility>

#include "base/error.h"
#include "physics/lagrangian_jet.h"

namespace lnn::discrete {
namespace {

std::span<const double> row(const Points& points, Eigen::Index k) {
  return {points.data() + k * points.cols(), static_cast<std::size_t>(points.cols())};
}

void check_states(const physics::System& system, const Points& q, const Points& v) {
  invariant(q.cols() == system.dimension() && v.cols() == q.cols() && q.rows() >= v.rows(),
            "every velocity has its position, of the system's dimension");
}

// p_ki (M q_k + w)_i
Points momentum_terms(const AffineGenerator& generator, const Points& q, const Points& p) {
  const Eigen::Index n = generator.w.size();
  invariant(q.cols() == n && p.cols() == n && q.rows() >= p.rows(), "every momentum has its position");
  const Points motion = (q.topRows(p.rows()) * generator.M.transpose()).rowwise() + generator.w.transpose();
  return p.cwiseProduct(motion);
}

}  // namespace

Points central_velocities(const Points& q, double h, const Eigen::VectorXd& v_0) {
  invariant(q.rows() >= 2 && v_0.size() == q.cols() && h > 0, "two points, their first velocity, a step");
  Points v(q.rows() - 1, q.cols());
  v.row(0) = v_0.transpose();
  v.bottomRows(v.rows() - 1) = (q.bottomRows(q.rows() - 2) - q.topRows(q.rows() - 2)) / (2 * h);
  return v;
}

Eigen::VectorXd true_energies(const physics::System& system, const Points& q, const Points& v) {
  check_states(system, q, v);
  Eigen::VectorXd result(v.rows());
  for (Eigen::Index k = 0; k < v.rows(); ++k) result[k] = system.energy(row(q, k), row(v, k));
  return result;
}

Points discrete_momenta(const DiscreteLagrangian& L_d, const Points& q) {
  invariant(q.cols() == L_d.dimension() && q.rows() >= 2, "a momentum needs two points of L_d's dimension");
  Points result(q.rows() - 1, q.cols());
  for (Eigen::Index k = 0; k < result.rows(); ++k) {
    result.row(k) = -L_d.jet(q.row(k).transpose(), q.row(k + 1).transpose()).d1.transpose();
  }
  return result;
}

Points true_momenta(const physics::System& system, const Points& q, const Points& v) {
  check_states(system, q, v);
  Points result(v.rows(), v.cols());
  for (Eigen::Index k = 0; k < v.rows(); ++k) {
    result.row(k) = system.lagrangian_jet(row(q, k), row(v, k)).gradient.tail(v.cols()).transpose();
  }
  return result;
}

Eigen::VectorXd momentum_map(const AffineGenerator& generator, const Points& q, const Points& p) {
  return momentum_terms(generator, q, p).rowwise().sum();
}

double momentum_drift(const AffineGenerator& generator, const Points& q, const Points& p) {
  const Points terms = momentum_terms(generator, q, p);
  const double largest = terms.cwiseAbs().rowwise().sum().maxCoeff();
  return change_from_start(terms.rowwise().sum()).cwiseAbs().maxCoeff() / largest;
}

Eigen::VectorXd change_from_start(const Eigen::VectorXd& x) {
  invariant(x.size() > 0, "a change has a start");
  return x.array() - x[0];
}

std::vector<std::complex<double>> eigenvalues(const Eigen::MatrixXd& matrix) {
  const auto n = static_cast<std::size_t>(matrix.rows());
  const double nan = std::numeric_limits<double>::quiet_NaN();
  if (!matrix.allFinite()) return std::vector<std::complex<double>>(n, {nan, nan});
  const Eigen::VectorXcd values = matrix.eigenvalues();
  std::vector<std::complex<double>> result(values.begin(), values.end());
  std::ranges::sort(result, {}, [](const auto& value) { return std::pair(value.real(), value.imag()); });
  return result;
}

std::optional<std::int64_t> plateau_length(std::span<const std::int64_t> epochs,
                                           std::span<const double> degeneracy, double level) {
  invariant(epochs.size() == degeneracy.size(), "every record has its epoch");
  std::size_t end = epochs.size();
  while (end > 0 && degeneracy[end - 1] < level) --end;
  if (end == epochs.size()) return std::nullopt;
  return epochs[end];
}

}  // namespace lnn::discrete
