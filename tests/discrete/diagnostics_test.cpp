#include "discrete/diagnostics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace lnn;
using namespace lnn::discrete;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(CentralVelocities, AreExactOnAParabolaAndKeepTheGivenStart) {
  const double h = 0.1;
  Points q(5, 2);
  for (int k = 0; k < 5; ++k) q.row(k) << 3 * (k * h) * (k * h), 2 - k * h;
  const Points v = central_velocities(q, h, Eigen::Vector2d{7, 8});
  ASSERT_EQ(v.rows(), 4);
  EXPECT_EQ(v(0, 0), 7);
  EXPECT_EQ(v(0, 1), 8);
  for (int k = 1; k < 4; ++k) {
    EXPECT_NEAR(v(k, 0), 6 * k * h, 1e-14);
    EXPECT_NEAR(v(k, 1), -1, 1e-14);
  }
}

TEST(CentralVelocities, OfTwoPointsAreTheGivenOne) {
  const Points v = central_velocities(Points{{1.0}, {2.0}}, 1, Eigen::VectorXd::Constant(1, 5));
  EXPECT_EQ(v, Points{{5.0}});
}

TEST(TrueEnergies, ArePrintedWithPaperBsNumbers) {
  const auto system = physics::make_system("cart_pendulum");
  const Eigen::VectorXd H = true_energies(*system, Points{{0.1, 0.1}, {0, 0}}, Points{{0, 0}});
  ASSERT_EQ(H.size(), 1);
  EXPECT_DOUBLE_EQ(H[0], 9.760990861377433);
}

TEST(TrueMomenta, OfTheCartHaveItsConservedOneFirst) {
  const auto system = physics::make_system("cart_pendulum");
  const Points p = true_momenta(*system, Points{{0.3, -1.2}, {0, 0}, {5, 5}}, Points{{1.5, 0.4}, {1, 2}});
  ASSERT_EQ(p.rows(), 2);
  EXPECT_NEAR(p(0, 0), std::cos(-1.2) * 0.4 + 2 * 1.5, 1e-15);
  EXPECT_NEAR(p(0, 1), std::cos(-1.2) * 1.5 + 0.4, 1e-15);
  EXPECT_NEAR(p(1, 0), 4, 1e-15);
}

TEST(MomentumMap, IsTheAngularMomentumOfARotation) {
  const AffineGenerator rotation{Eigen::Matrix2d{{0, 1}, {-1, 0}}, Eigen::Vector2d{0, 0}};
  const Points q{{2, 3}, {5, 7}, {0, 0}};
  const Points p{{11, 13}, {17, 19}};
  EXPECT_EQ(momentum_map(rotation, q, p), (Eigen::Vector2d{11 * 3 - 13 * 2, 17 * 7 - 19 * 5}));
}

TEST(MomentumMap, TakesTranslationAndMatrixTogether) {
  const AffineGenerator any{Eigen::Matrix2d{{1, 2}, {3, 4}}, Eigen::Vector2d{5, 6}};
  // M q + w = (1 + 4 + 5, 3 + 8 + 6) = (10, 17).
  EXPECT_EQ(momentum_map(any, Points{{1, 2}}, Points{{100, 1}})[0], 1017);
}

TEST(MomentumMap, StaysOnTheMidpointRulesOscillation) {
  // The plane's oscillator with frequency 1: the rule turns by 2 atan(h/2), its discrete momenta conserve
  // the rotation's charge to rounding. -D1 L_d = (q1 - q0)/h + h/4 (q0 + q1).
  const double h = 0.3, turn = 2 * std::atan(h / 2);
  Points q(51, 2);
  for (int k = 0; k <= 50; ++k) q.row(k) << std::cos(turn * k), 0.4 * std::sin(turn * k);
  const Points p = (q.bottomRows(50) - q.topRows(50)) / h + (q.bottomRows(50) + q.topRows(50)) * (h / 4);
  const AffineGenerator rotation{Eigen::Matrix2d{{0, 1}, {-1, 0}}, Eigen::Vector2d{0, 0}};
  EXPECT_LT(change_from_start(momentum_map(rotation, q, p)).cwiseAbs().maxCoeff(), 1e-14);
  const AffineGenerator shift{Eigen::Matrix2d::Zero(), Eigen::Vector2d{1, 0}};
  EXPECT_GT(change_from_start(momentum_map(shift, q, p)).cwiseAbs().maxCoeff(), 0.5);
}

TEST(Eigenvalues, ComeInOrderAlsoAsPairs) {
  // A rotation by 90 degrees, scaled and shifted: 3 +- 2i; and 1.
  const auto values = eigenvalues(Eigen::Matrix3d{{3, -2, 0}, {2, 3, 0}, {0, 0, 1}});
  ASSERT_EQ(values.size(), 3U);
  EXPECT_NEAR(std::abs(values[0] - std::complex(1.0, 0.0)), 0, 1e-14);
  EXPECT_NEAR(std::abs(values[1] - std::complex(3.0, -2.0)), 0, 1e-14);
  EXPECT_NEAR(std::abs(values[2] - std::complex(3.0, 2.0)), 0, 1e-14);
}

TEST(Eigenvalues, OfNonsenseAreNotNumbers) {
  const auto values = eigenvalues(Eigen::Matrix2d{{nan, 0}, {0, 1}});
  ASSERT_EQ(values.size(), 2U);
  EXPECT_TRUE(std::isnan(values[0].real()) && std::isnan(values[1].imag()));
}

std::optional<std::int64_t> plateau(const std::vector<double>& degeneracy) {
  std::vector<std::int64_t> epochs;
  for (std::size_t k = 0; k < degeneracy.size(); ++k) epochs.push_back(100 * static_cast<std::int64_t>(k));
  return plateau_length(epochs, degeneracy);
}

TEST(PlateauLength, EndsWhereTheDegeneracyLeavesForGood) {
  EXPECT_EQ(plateau({0.6, 0.5, 0.5, 0.4, 0.1}), 300);
  EXPECT_EQ(plateau({0.4, 0.5, 0.3, 0.5, 0.44, 0.2}), 400);  // two visits below, then for good
  EXPECT_EQ(plateau({0.1, 0.2}), 0);
}

TEST(PlateauLength, IsNothingWhenTheTrainingEndsOnThePlateau) {
  EXPECT_EQ(plateau({0.3, 0.2, 0.5}), std::nullopt);
  EXPECT_EQ(plateau({0.3, 0.45}), std::nullopt);
  EXPECT_EQ(plateau({0.3, nan}), std::nullopt);
  EXPECT_EQ(plateau({}), std::nullopt);
}

}  // namespace
