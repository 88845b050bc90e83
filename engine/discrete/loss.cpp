#include "discrete/loss.h"

#include <ATen/ATen.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "discrete/symmetry_terms.h"
#include "discrete/vectors.h"

namespace lnn::discrete {
namespace {

// The published steepness of the degeneracy term.
constexpr double steepness = 0.01;

// Read access to a jet at pairs.
class PairJet {
 public:
  explicit PairJet(const jets::Jet& jet)
      : gradient_(jet.gradient.to(at::kDouble).contiguous()),
        second_(jet.second.to(at::kDouble).contiguous()),
        n_(gradient_.size(1) / 2),
        gradients_(gradient_.data_ptr<double>()),
        seconds_(second_.data_ptr<double>()) {}

  std::int64_t n() const { return n_; }
  const double* gradient(std::int64_t pair) const { return gradients_ + pair * 2 * n_; }
  double d1(std::int64_t pair, std::int64_t i) const { return gradient(pair)[i]; }
  double d2(std::int64_t pair, std::int64_t i) const { return gradient(pair)[n_ + i]; }

  Matrix mixed(std::int64_t pair) const {  // D_2 D_1 L_d
    using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
    const Eigen::Map<const RowMajor> all(seconds_ + pair * 2 * n_ * n_, n_, 2 * n_);
    return all.rightCols(n_);
  }

 private:
  at::Tensor gradient_;
  at::Tensor second_;
  std::int64_t n_;
  const double* gradients_;
  const double* seconds_;
};

double determinant(const Matrix& m) {
  return m.rows() == 2 ? m(0, 0) * m(1, 1) - m(0, 1) * m(1, 0) : m.determinant();
}

// d det / d m_ij, also of a singular matrix.
Matrix cofactors(const Matrix& m) {
  const Eigen::Index n = m.rows();
  if (n == 1) return Matrix::Ones(1, 1);
  if (n == 2) return Matrix{{m(1, 1), -m(1, 0)}, {-m(0, 1), m(0, 0)}};
  Matrix result(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j) {
      Matrix minor(n - 1, n - 1);
      for (Eigen::Index a = 0; a + 1 < n; ++a)
        for (Eigen::Index b = 0; b + 1 < n; ++b) minor(a, b) = m(a < i ? a : a + 1, b < j ? b : b + 1);
      result(i, j) = ((i + j) % 2 == 0 ? 1 : -1) * minor.determinant();
    }
  }
  return result;
}

double condition_number(const Matrix& m) {
  if (!m.allFinite()) return std::numeric_limits<double>::infinity();
  const auto sizes = m.jacobiSvd().singularValues();
  const double smallest = sizes.minCoeff();
  return smallest > 0 ? sizes.maxCoeff() / smallest : std::numeric_limits<double>::infinity();
}

double power(double d, int m) {
  return m == 1 ? d : d * d;
}

// 1 - 1/(1 + exp(-x)), which does not overflow.
double falling_sigmoid(double x) {
  if (x < 0) return 1 / (1 + std::exp(x));
  const double e = std::exp(-x);
  return e / (1 + e);
}

double degeneracy(double d, int m) {
  return falling_sigmoid(steepness * power(d, m));
}

double degeneracy_slope(double d, int m) {
  const double s = falling_sigmoid(steepness * power(d, m));
  return -steepness * (m == 1 ? 1 : 2 * d) * s * (1 - s);
}

jets::Tangents pair_tangents(const at::Tensor& x) {
  const std::int64_t d = x.size(1);
  return {at::eye(d, x.options()).unsqueeze(0).expand({x.size(0), d, d}).contiguous(),
          static_cast<int>(d / 2)};
}

// Of a squared residual component.
double residual_weight(const LossOptions& options, std::int64_t triples, std::int64_t n) {
  const double components = options.components == Reduction::mean ? static_cast<double>(n) : 1;
  return 1 / (static_cast<double>(triples) * components);
}

}  // namespace

LossPoints make_points(const LossOptions& loss, const SymmetryOptions& symmetry, Triples triples,
                       const at::Tensor& test_points) {
  LossPoints points;
  points.triples = std::move(triples);
  const at::Tensor& pairs = points.triples.pairs;
  std::vector<at::Tensor> parts{pairs};
  if (symmetry.generators > 0 && symmetry.test_points == TestPoints::training_pairs) {
    points.test_points = pairs.size(0);
  } else if (symmetry.generators > 0) {
    points.first_test_point = pairs.size(0);
    points.test_points = test_points.size(0);
    parts.push_back(test_points);
  }
  if (loss.base_point_weight != 0) {
    points.base_point = pairs.size(0) + (parts.size() > 1 ? test_points.size(0) : 0);
    parts.push_back(at::zeros({1, pairs.size(1)}, at::kDouble));
  }
  points.x = parts.size() == 1 ? pairs : at::cat(parts);
  points.tangents = pair_tangents(points.x);
  return points;
}

at::Tensor fixed_test_points(const SymmetryOptions& options, int n) {
  if (options.generators == 0 || options.test_points == TestPoints::training_pairs)
    return at::empty({0, 2 * n}, at::kDouble);
  if (options.test_points == TestPoints::box) return box_test_points(options, n);
  return at::tensor(options.published_points, at::kDouble).view({-1, 2 * n});
}

Regularity regularity(const Triples& triples, const jets::Jet& jet) {
  const PairJet at_pairs(jet);
  Regularity result;
  for (const std::int64_t pair : triples.second) {
    const Matrix mixed = at_pairs.mixed(pair);
    if (!(determinant(mixed) > 0)) result.not_positive_share += 1 / static_cast<double>(triples.size());
    result.largest_condition_number = std::max(result.largest_condition_number, condition_number(mixed));
  }
  return result;
}

LossValue Loss::value(const LossPoints& points, const jets::Jet& jet, const Generators& generators,
                      bool with_symmetry) const {
  const PairJet at_pairs(jet);
  const std::int64_t n = at_pairs.n();
  const Triples& triples = points.triples;
  const double count = static_cast<double>(triples.size());
  LossValue loss;
  for (std::size_t t = 0; t < triples.first.size(); ++t) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double r = at_pairs.d2(triples.first[t], i) + at_pairs.d1(triples.second[t], i);
      loss.residual += r * r;
    }
    const double d = determinant(at_pairs.mixed(triples.second[t]));
    loss.degeneracy += degeneracy(d, loss_.degeneracy_exponent) / count;
  }
  loss.residual *= residual_weight(loss_, triples.size(), n);
  if (points.base_point >= 0) {
    for (std::int64_t i = 0; i < n; ++i) {
      const double excess = at_pairs.d1(points.base_point, i) + loss_.base_point_momentum;
      loss.base_point += loss_.base_point_weight * excess * excess;
    }
  }
  if (with_symmetry) loss.symmetry = SymmetryTerms(symmetry_, points, jet, generators).value();
  loss.total = loss.residual + loss_.degeneracy_weight * loss.degeneracy + loss.base_point + loss.symmetry;
  return loss;
}

LossGradient Loss::gradient(const LossPoints& points, const jets::Jet& jet, const Generators& generators,
                            bool with_symmetry) const {
  const PairJet at_pairs(jet);
  const std::int64_t n = at_pairs.n();
  const std::int64_t size = points.x.size(0);
  const Triples& triples = points.triples;
  const double weight = 2 * residual_weight(loss_, triples.size(), n);
  const at::Tensor first = at::zeros({size, 2 * n}, at::kDouble);
  double* to = first.data_ptr<double>();
  // Row i of the cofactors' weights goes into the i-th term: u = e_i among D_1, v among D_2.
  const at::Tensor u = at::zeros({n, size, n}, at::kDouble);
  const at::Tensor v = at::zeros({n, size, 2 * n}, at::kDouble);
  double* to_u = u.data_ptr<double>();
  double* to_v = v.data_ptr<double>();
  for (std::size_t t = 0; t < triples.first.size(); ++t) {
    const std::int64_t before = triples.first[t];
    const std::int64_t after = triples.second[t];
    for (std::int64_t i = 0; i < n; ++i) {
      const double r = at_pairs.d2(before, i) + at_pairs.d1(after, i);
      to[before * 2 * n + n + i] += weight * r;
      to[after * 2 * n + i] += weight * r;
    }
    const Matrix mixed = at_pairs.mixed(after);
    const double slope = loss_.degeneracy_weight / static_cast<double>(triples.size()) *
                         degeneracy_slope(determinant(mixed), loss_.degeneracy_exponent);
    const Matrix weights = slope * cofactors(mixed);
    for (std::int64_t i = 0; i < n; ++i) {
      to_u[(i * size + after) * n + i] = 1;
      for (std::int64_t j = 0; j < n; ++j) to_v[(i * size + after) * 2 * n + n + j] += weights(i, j);
    }
  }
  if (points.base_point >= 0) {
    for (std::int64_t i = 0; i < n; ++i) {
      to[points.base_point * 2 * n + i] +=
          2 * loss_.base_point_weight * (at_pairs.d1(points.base_point, i) + loss_.base_point_momentum);
    }
  }
  LossGradient gradient;
  gradient.functional.first = first;
  if (loss_.degeneracy_weight != 0) {
    for (std::int64_t i = 0; i < n; ++i) gradient.functional.mixed.push_back({u[i], v[i]});
  }
  gradient.generators.assign(generators.size(), 0.0);
  if (with_symmetry) {
    const SymmetryTerms terms(symmetry_, points, jet, generators);
    terms.add_gradient(to, gradient.generators);
  }
  return gradient;
}

}  // namespace lnn::discrete
