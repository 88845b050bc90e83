#include "discrete/symmetry.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <numbers>
#include <random>
#include <string>

#include "base/error.h"
#include "physics/system.h"

namespace {

using namespace lnn;
using namespace lnn::discrete;

constexpr double pi = std::numbers::pi;

AffineGenerator generator(std::vector<double> w, std::vector<double> M) {
  const auto n = static_cast<Eigen::Index>(w.size());
  using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  return {Eigen::Map<RowMajor>(M.data(), n, n), Eigen::Map<Eigen::VectorXd>(w.data(), n)};
}

const AffineGenerator translation_x = generator({1, 0}, {0, 0, 0, 0});
const AffineGenerator translation_y = generator({0, 1}, {0, 0, 0, 0});
const AffineGenerator rotation = generator({0, 0}, {0, 1, -1, 0});

// An independent answer: the null space of L_q.(M q + w) + L_v.(M v) = 0, written for all entries of (M, w)
// at random states, with difference quotients of the system's own Lagrangian.
class InvarianceConditions {
 public:
  explicit InvarianceConditions(const std::string& name) : system_(physics::make_system(name)) {
    const int n = system_->dimension();
    const int unknowns = n * n + n;
    Eigen::MatrixXd conditions(4 * unknowns, unknowns);
    std::mt19937 random(11);
    std::uniform_real_distribution<double> uniform(0.5, 1.5);
    for (Eigen::Index row = 0; row < conditions.rows(); ++row) {
      Eigen::VectorXd x(2 * n);
      for (double& value : x) value = uniform(random);
      const Eigen::VectorXd g = gradient(x);
      const Eigen::MatrixXd by_M = g.head(n) * x.head(n).transpose() + g.tail(n) * x.tail(n).transpose();
      conditions.row(row) << by_M.reshaped().transpose(), g.head(n).transpose();
      conditions.row(row).normalize();
    }
    singular_values_ = conditions.jacobiSvd().singularValues();
    conditions_ = conditions;
  }

  // Dimension of the null space; the gap to the other singular values is several orders of magnitude.
  long symmetries() const { return (singular_values_.array() < 1e-6 * singular_values_[0]).count(); }
  bool clear() const {
    return ((singular_values_.array() < 1e-7 * singular_values_[0]) ||
            (singular_values_.array() > 1e-4 * singular_values_[0]))
        .all();
  }

  double violation(const AffineGenerator& g) const {
    Eigen::VectorXd entries(conditions_.cols());
    entries << g.M.reshaped(), g.w;
    return (conditions_ * entries).cwiseAbs().maxCoeff();
  }

 private:
  Eigen::VectorXd gradient(Eigen::VectorXd x) const {
    const double step = 1e-5;
    Eigen::VectorXd result(x.size());
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double middle = x[i];
      x[i] = middle + step;
      const double above = value(x);
      x[i] = middle - step;
      result[i] = (above - value(x)) / (2 * step);
      x[i] = middle;
    }
    return result;
  }
  double value(const Eigen::VectorXd& x) const {
    const auto n = static_cast<std::size_t>(x.size() / 2);
    return system_->lagrangian({x.data(), n}, {x.data() + n, n});
  }

  std::unique_ptr<const physics::System> system_;
  Eigen::MatrixXd conditions_;
  Eigen::VectorXd singular_values_;
};

class TrueSymmetries : public ::testing::TestWithParam<std::string> {};

TEST_P(TrueSymmetries, AreAllAffineGeneratorsThatLeaveTheLagrangianInvariant) {
  const InvarianceConditions conditions(GetParam());
  const auto algebra = true_symmetries(GetParam());
  ASSERT_TRUE(conditions.clear());
  EXPECT_EQ(static_cast<long>(algebra.size()), conditions.symmetries());
  for (const Symmetry& symmetry : algebra) {
    EXPECT_LT(conditions.violation(symmetry.generator), 1e-8) << symmetry.name;
  }
}

TEST_P(TrueSymmetries, AreOrthonormal) {
  const auto algebra = generators(true_symmetries(GetParam()));
  for (std::size_t i = 0; i < algebra.size(); ++i) {
    for (std::size_t j = 0; j < algebra.size(); ++j) {
      const double product = algebra[i].M.cwiseProduct(algebra[j].M).sum() + algebra[i].w.dot(algebra[j].w);
      EXPECT_NEAR(product, i == j ? 1 : 0, 1e-15);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Systems, TrueSymmetries, ::testing::ValuesIn(physics::system_names()),
                         [](const auto& instance) { return instance.param; });

TEST(TrueSymmetries, OfKeplerIsThePublishedRotation) {
  const auto algebra = true_symmetries("kepler");
  ASSERT_EQ(algebra.size(), 1U);
  EXPECT_EQ(algebra[0].name, "rotation_x_y");
  EXPECT_NEAR(angle(algebra[0].generator, rotation), 0, 1e-15);
  EXPECT_DOUBLE_EQ(algebra[0].generator.M(0, 1), std::sqrt(0.5));
}

TEST(TrueSymmetries, OfAnUnknownSystemAreRefused) {
  EXPECT_THROW(true_symmetries("keppler"), UserError);
}

TEST(Angle, IgnoresSignAndLength) {
  const AffineGenerator diagonal = generator({-3, -3}, {0, 0, 0, 0});
  EXPECT_NEAR(angle(translation_x, diagonal), pi / 4, 1e-15);
  EXPECT_NEAR(angle(translation_x, rotation), pi / 2, 1e-15);
  EXPECT_NEAR(angle(generator({1, 1e-9}, {0, 0, 0, 0}), translation_x), 1e-9, 1e-24);
}

TEST(Angle, OfThePublishedCartGeneratorIsSmall) {
  const AffineGenerator published =
      generator({0.996676943, 0.0804300508}, {1.50925716e-3, -1.25669532e-3, -7.83191719e-6, -3.62232652e-5});
  EXPECT_NEAR(angle(published, true_symmetries("cart_pendulum")[0].generator),
              std::atan2(0.0804539, 0.996676943), 1e-6);
}

TEST(Angle, OfNothingIsNotANumber) {
  EXPECT_TRUE(std::isnan(angle(generator({0, 0}, {0, 0, 0, 0}), rotation)));
}

TEST(DistanceToSpan, IsTheSineOfTheAngleToIt) {
  const std::vector<AffineGenerator> translations{translation_x, translation_y};
  EXPECT_NEAR(distance_to_span(generator({3, 4}, {0, 0, 0, 0}), translations), 0, 1e-15);
  EXPECT_NEAR(distance_to_span(rotation, translations), 1, 1e-15);
  // w of length 3, M of Frobenius norm 4.
  const double side = 4 / std::numbers::sqrt2;
  EXPECT_NEAR(distance_to_span(generator({0, 3}, {0, side, -side, 0}), translations), 0.8, 1e-15);
  EXPECT_DOUBLE_EQ(distance_to_span(rotation, {}), 1);
  EXPECT_TRUE(std::isnan(distance_to_span(generator({0, 0}, {0, 0, 0, 0}), translations)));
}

TEST(PrincipalAngles, OfSpansThatShareADirection) {
  // span{x, y cos + rotation sin} against span{x, y}: 0 and the tilt.
  const double tilt = 0.3;
  const double entry = std::sin(tilt) / std::numbers::sqrt2;
  const AffineGenerator tilted = generator({5, std::cos(tilt)}, {0, entry, -entry, 0});
  const auto angles = principal_angles({translation_x, tilted}, {translation_y, translation_x});
  ASSERT_EQ(angles.size(), 2U);
  EXPECT_NEAR(angles[0], 0, 1e-15);
  EXPECT_NEAR(angles[1], tilt, 1e-15);
}

TEST(PrincipalAngles, AreAsManyAsTheSmallerSpanHasDimensions) {
  const auto all = principal_angles({translation_x, translation_y, rotation}, {rotation});
  ASSERT_EQ(all.size(), 1U);
  EXPECT_NEAR(all[0], 0, 1e-15);
  // Twice the same direction is one.
  EXPECT_EQ(principal_angles({rotation, rotation}, {translation_x, translation_y}).size(), 1U);
  EXPECT_TRUE(principal_angles({}, {rotation}).empty());
  EXPECT_TRUE(principal_angles({generator({0, 0}, {0, 0, 0, 0})}, {rotation}).empty());
}

TEST(PrincipalAngles, OfNonsenseAreNotANumber) {
  const auto angles = principal_angles({generator({std::nan(""), 0}, {0, 0, 0, 0})}, {rotation});
  ASSERT_EQ(angles.size(), 1U);
  EXPECT_TRUE(std::isnan(angles[0]));
}

}  // namespace
