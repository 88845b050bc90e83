#include "discrete/symmetry_terms.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>

#include "base/error.h"

namespace lnn::discrete {
namespace {

Generators random_unit_vector(std::size_t size, std::mt19937_64& engine) {
  boost::random::normal_distribution<double> normal(0, 1);
  Generators vector(size);
  for (double& x : vector) x = normal(engine);
  const double norm = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0));
  for (double& x : vector) x /= norm;
  return vector;
}

// Of |x - 1|, for x > 0.
double kink_slope(double x) {
  return x > 1 ? 1 : (x < 1 ? -1 : 0);
}

}  // namespace

at::Tensor box_test_points(const SymmetryOptions& options, int n) {
  std::mt19937_64 engine(options.box_seed);
  const at::Tensor points = at::empty({options.box_points, 2 * n}, at::kDouble);
  double* to = points.data_ptr<double>();
  for (int b = 0; b < 2 * options.box_points; ++b) {
    for (const physics::Interval& interval : options.box) {
      boost::random::uniform_real_distribution<double> uniform(interval.low, interval.high);
      *to++ = uniform(engine);
    }
  }
  return points;
}

SymmetryTerms::SymmetryTerms(const SymmetryOptions& options, const LossPoints& points, const jets::Jet& jet,
                             const Generators& generators)
    : options_(options),
      points_(points),
      x_(points.x.contiguous()),
      gradient_(jet.gradient.to(at::kDouble).contiguous()),
      generators_(generators),
      n_(gradient_.size(1) / 2),
      point_weight_(options.points == Reduction::mean ? 1 / static_cast<double>(points.test_points) : 1) {
  invariant(generators_.size() == static_cast<std::size_t>(options.generators) * size(),
            "K generators of n + n^2 numbers");
}

// (M q + w)_i
double SymmetryTerms::coordinate(const double* generator, const double* q, std::int64_t i) const {
  const double* M = generator + n_;
  double sum = generator[i];
  for (std::int64_t j = 0; j < n_; ++j) sum += M[i * n_ + j] * q[j];
  return sum;
}

double SymmetryTerms::condition(int k, std::int64_t row) const {
  const double* x = x_.data_ptr<double>() + row * 2 * n_;
  const double* slope = gradient_.data_ptr<double>() + row * 2 * n_;
  double s = 0;
  for (std::int64_t i = 0; i < n_; ++i)
    s += coordinate(generator(k), x, i) * slope[i] + coordinate(generator(k), x + n_, i) * slope[n_ + i];
  return s;
}

double SymmetryTerms::product(int k, int s) const {
  return std::inner_product(generator(k), generator(k) + size(), generator(s), 0.0);
}

double SymmetryTerms::value() const {
  double sum = 0;
  for (int k = 0; k < options_.generators; ++k) {
    for (std::int64_t b = 0; b < points_.test_points; ++b) {
      const double s = condition(k, points_.first_test_point + b);
      sum += point_weight_ * s * s;
    }
    const double square = product(k, k);
    sum += options_.normalization == Normalization::squared ? (square - 1) * (square - 1)
                                                            : std::abs(std::sqrt(square) - 1);
    for (int s = 0; s < k; ++s) sum += options_.orthogonality_weight * product(k, s) * product(k, s);
  }
  return options_.weight * sum;
}

void SymmetryTerms::add_gradient(double* first, Generators& gradient) const {
  for (int k = 0; k < options_.generators; ++k) {
    const double* own = generator(k);
    double* to = gradient.data() + static_cast<std::size_t>(k) * size();
    for (std::int64_t b = 0; b < points_.test_points; ++b) {
      const std::int64_t row = points_.first_test_point + b;
      const double* x = x_.data_ptr<double>() + row * 2 * n_;
      const double* slope = gradient_.data_ptr<double>() + row * 2 * n_;
      const double weight = 2 * options_.weight * point_weight_ * condition(k, row);
      for (std::int64_t i = 0; i < n_; ++i) {
        first[row * 2 * n_ + i] += weight * coordinate(own, x, i);
        first[row * 2 * n_ + n_ + i] += weight * coordinate(own, x + n_, i);
        to[i] += weight * (slope[i] + slope[n_ + i]);
        for (std::int64_t j = 0; j < n_; ++j)
          to[n_ + i * n_ + j] += weight * (slope[i] * x[j] + slope[n_ + i] * x[n_ + j]);
      }
    }
    const double square = product(k, k);
    const double norm = std::max(std::sqrt(square), std::numeric_limits<double>::min());
    const double slope =
        options_.normalization == Normalization::squared ? 4 * (square - 1) : kink_slope(norm) / norm;
    for (std::size_t i = 0; i < size(); ++i) to[i] += options_.weight * slope * own[i];
    for (int s = 0; s < k; ++s) {
      const double weight = 2 * options_.weight * options_.orthogonality_weight * product(k, s);
      double* other = gradient.data() + static_cast<std::size_t>(s) * size();
      for (std::size_t i = 0; i < size(); ++i) {
        to[i] += weight * generator(s)[i];
        other[i] += weight * own[i];
      }
    }
  }
}

Generators first_guess(const SymmetryOptions& options, int n) {
  const auto size = static_cast<std::size_t>(n * n + n);
  std::mt19937_64 engine(options.guess_seed);
  Generators all;
  for (int k = 0; k < options.generators; ++k) {
    Generators one = random_unit_vector(size, engine);
    if (k == 0 && options.guess == Guess::given) {
      one = options.w;
      one.insert(one.end(), options.M.begin(), options.M.end());
    }
    all.insert(all.end(), one.begin(), one.end());
  }
  return all;
}

}  // namespace lnn::discrete
