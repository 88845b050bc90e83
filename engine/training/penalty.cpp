#include "training/penalty.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace lnn::training {
namespace {

using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double eps = 1e-8;

// Adds up sum_b penalty_b / B and its gradient; the gradient is allocated when the first sample violates.
class Accumulator {
 public:
  explicit Accumulator(const Motion& motion) : motion_(motion) {}

  Eigen::Map<const Square> mass(int b) const {
    return {motion_.mass.data() + offset(b), motion_.n, motion_.n};
  }

  void add_value(double value) { penalty_.value += value / motion_.samples; }

  Eigen::Map<Square> gradient(int b) {
    if (penalty_.gradient.empty()) penalty_.gradient.assign(motion_.mass.size(), 0.0);
    return {penalty_.gradient.data() + offset(b), motion_.n, motion_.n};
  }

  Penalty take() { return std::move(penalty_); }

 private:
  std::size_t offset(int b) const {
    return static_cast<std::size_t>(b) * static_cast<std::size_t>(motion_.n) *
           static_cast<std::size_t>(motion_.n);
  }

  const Motion& motion_;
  Penalty penalty_;
};

Penalty eigenvalue_penalty(const Motion& motion) {
  Accumulator sum(motion);
  for (int b = 0; b < motion.samples; ++b) {
    const std::size_t first = static_cast<std::size_t>(b) * static_cast<std::size_t>(motion.n);
    const Eigen::Map<const Square> vectors(
        motion.eigenvectors.data() + first * static_cast<std::size_t>(motion.n), motion.n, motion.n);
    for (int i = 0; i < motion.n; ++i) {
      const double mu = motion.eigenvalues[first + static_cast<std::size_t>(i)];
      if (!(mu < 0) && !std::isnan(mu)) continue;
      sum.add_value(-mu);
      sum.gradient(b) -= vectors.col(i) * vectors.col(i).transpose() / motion.samples;
    }
  }
  return sum.take();
}

// Cofactor matrix of a symmetric k x k block: d det / dM, also where the block is singular.
Eigen::MatrixXd cofactors(const Eigen::MatrixXd& block) {
  const Eigen::Index k = block.rows();
  if (k == 1) return Eigen::MatrixXd::Ones(1, 1);
  Eigen::MatrixXd result(k, k);
  Eigen::MatrixXd minor(k - 1, k - 1);
  for (Eigen::Index i = 0; i < k; ++i) {
    for (Eigen::Index j = 0; j < k; ++j) {
      for (Eigen::Index r = 0; r < k - 1; ++r) {
        for (Eigen::Index c = 0; c < k - 1; ++c) minor(r, c) = block(r < i ? r : r + 1, c < j ? c : c + 1);
      }
      result(i, j) = ((i + j) % 2 == 0 ? 1 : -1) * minor.determinant();
    }
  }
  return result;
}

// relu(-det M[first:first+k, first:first+k]) / scale of one sample.
void add_minor(Accumulator& sum, const Motion& motion, int b, int first, int k, double scale) {
  const Eigen::MatrixXd block = sum.mass(b).block(first, first, k, k);
  const double determinant = block.determinant();
  if (!(determinant < 0) && !std::isnan(determinant)) return;
  sum.add_value(-determinant / scale);
  sum.gradient(b).block(first, first, k, k) -= cofactors(block) / (scale * motion.samples);
}

// Median over the batch of |M_ii|, plus eps; the lower of the two middle values when the batch is even
// (PyTorch).
std::vector<double> diagonal_scales(const Motion& motion, const Accumulator& sum) {
  std::vector<double> scales;
  std::vector<double> column(static_cast<std::size_t>(motion.samples));
  for (int i = 0; i < motion.n; ++i) {
    for (int b = 0; b < motion.samples; ++b)
      column[static_cast<std::size_t>(b)] = std::abs(sum.mass(b)(i, i));
    const auto middle = column.begin() + (motion.samples - 1) / 2;
    std::nth_element(column.begin(), middle, column.end());
    scales.push_back(*middle + eps);
  }
  return scales;
}

Penalty sylvester_v1(const Motion& motion) {
  Accumulator sum(motion);
  for (int b = 0; b < motion.samples; ++b) {
    const double scale = sum.mass(b).diagonal().cwiseAbs().mean() + motion.n * eps;
    for (int k = 1; k <= motion.n; ++k) add_minor(sum, motion, b, 0, k, std::pow(scale, k) + eps);
  }
  return sum.take();
}

// Leading minors of the block that starts at coordinate `first`, scaled by the batch medians.
void add_scaled_minors(Accumulator& sum, const Motion& motion, const std::vector<double>& scales, int first) {
  for (int b = 0; b < motion.samples; ++b) {
    double scale = 1;
    for (int k = 1; first + k <= motion.n; ++k) {
      scale *= scales[static_cast<std::size_t>(first + k - 1)];
      add_minor(sum, motion, b, first, k, scale + eps);
    }
  }
}

Penalty sylvester_v2(const Motion& motion) {
  Accumulator sum(motion);
  add_scaled_minors(sum, motion, diagonal_scales(motion, sum), 0);
  return sum.take();
}

Penalty lorentzian_sylvester(const Motion& motion) {
  Accumulator sum(motion);
  const std::vector<double> scales = diagonal_scales(motion, sum);
  for (int b = 0; b < motion.samples; ++b) {
    const double time_mass = sum.mass(b)(0, 0);
    if (!(time_mass > 0) && !std::isnan(time_mass)) continue;
    sum.add_value(time_mass / (scales[0] + eps));
    sum.gradient(b)(0, 0) += 1 / ((scales[0] + eps) * motion.samples);
  }
  add_scaled_minors(sum, motion, scales, 1);
  return sum.take();
}

}  // namespace

Penalty penalty(Regularizer regularizer, const Motion& motion) {
  switch (regularizer) {
    case Regularizer::none:
      return {};
    case Regularizer::eigenvalue:
      return eigenvalue_penalty(motion);
    case Regularizer::sylvester_v1:
      return sylvester_v1(motion);
    case Regularizer::sylvester_v2:
      return sylvester_v2(motion);
    case Regularizer::lorentzian_sylvester:
      return lorentzian_sylvester(motion);
  }
  return {};
}

}  // namespace lnn::training
