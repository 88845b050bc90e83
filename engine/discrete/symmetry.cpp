#include "discrete/symmetry.h"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace lnn::discrete {
namespace {

constexpr double dependent = 1e-12;  // relative to the longest generator

Eigen::VectorXd flat(const AffineGenerator& generator) {
  const Eigen::Index n = generator.w.size();
  invariant(generator.M.rows() == n && generator.M.cols() == n, "a generator has M [n, n] and w [n]");
  Eigen::VectorXd result(n * n + n);
  result << generator.M.reshaped(), generator.w;
  return result;
}

bool finite(const std::vector<AffineGenerator>& span) {
  return std::ranges::all_of(span, [](const auto& generator) { return flat(generator).allFinite(); });
}

// Orthonormal columns that span the generators; no column when all are zero.
Eigen::MatrixXd orthonormal_basis(const std::vector<AffineGenerator>& span, Eigen::Index size) {
  Eigen::MatrixXd columns(size, static_cast<Eigen::Index>(span.size()));
  for (std::size_t k = 0; k < span.size(); ++k) columns.col(static_cast<Eigen::Index>(k)) = flat(span[k]);
  if (columns.size() == 0) return columns;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> decomposition;
  decomposition.setThreshold(dependent);
  decomposition.compute(columns);
  return decomposition.householderQ() * Eigen::MatrixXd::Identity(size, decomposition.rank());
}

Eigen::VectorXd outside(const Eigen::VectorXd& vector, const Eigen::MatrixXd& basis) {
  return vector - basis * (basis.transpose() * vector);
}

Eigen::VectorXd singular_values(const Eigen::MatrixXd& matrix) {
  return matrix.jacobiSvd().singularValues();
}

}  // namespace

double angle(const AffineGenerator& left, const AffineGenerator& right) {
  const Eigen::VectorXd a = flat(left).normalized();
  const Eigen::VectorXd b = flat(right).normalized();
  if (a.isZero(0) || b.isZero(0)) return std::numeric_limits<double>::quiet_NaN();
  // Exact for small angles, too, where the arc cosine loses half of the digits.
  return std::atan2(outside(a, b).norm(), std::abs(a.dot(b)));
}

double distance_to_span(const AffineGenerator& generator, const std::vector<AffineGenerator>& algebra) {
  const Eigen::VectorXd direction = flat(generator).normalized();
  if (direction.isZero(0)) return std::numeric_limits<double>::quiet_NaN();
  return outside(direction, orthonormal_basis(algebra, direction.size())).norm();
}

std::vector<double> principal_angles(const std::vector<AffineGenerator>& left,
                                     const std::vector<AffineGenerator>& right) {
  if (left.empty() || right.empty()) return {};
  if (!finite(left) || !finite(right)) return {std::numeric_limits<double>::quiet_NaN()};
  const Eigen::Index size = flat(left.front()).size();
  Eigen::MatrixXd small = orthonormal_basis(left, size);
  Eigen::MatrixXd large = orthonormal_basis(right, size);
  if (small.cols() > large.cols()) small.swap(large);
  if (small.cols() == 0) return {};
  const Eigen::VectorXd cosines = singular_values(large.transpose() * small);
  const Eigen::VectorXd sines = singular_values(small - large * (large.transpose() * small)).reverse();
  std::vector<double> angles;
  for (Eigen::Index k = 0; k < small.cols(); ++k) angles.push_back(std::atan2(sines[k], cosines[k]));
  return angles;
}

std::vector<AffineGenerator> generators(const std::vector<Symmetry>& symmetries) {
  std::vector<AffineGenerator> result;
  for (const Symmetry& symmetry : symmetries) result.push_back(symmetry.generator);
  return result;
}

}  // namespace lnn::discrete
