#include "discrete/diagnostics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <tuple>

#include "discrete/published_trajectories.h"
#include "discrete/reference.h"
#include "discrete/variational_integrator.h"

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

TEST(TrueEnergies, AreTheOnesThatPaperBPrints) {
  for (const auto& [name, start, next] : {std::tuple("cart_pendulum", 9.760990861377433, 9.760990920207284),
                                          std::tuple("kepler", -22.038, -22.06203761307301)}) {
    const auto system = physics::make_system(name);
    const auto published = published_trajectories(*system);
    const auto& [q0, v0] = published.training;
    const ReferenceTrajectory motion = midpoint_trajectory(*system, q0, v0, published.grid);
    const Eigen::Vector2d first = motion.v.row(0).transpose();
    const Points v = central_velocities(motion.q.topRows(3), published.grid.h, first);
    const Eigen::VectorXd H = true_energies(*system, motion.q, v);
    ASSERT_EQ(H.size(), 2);
    EXPECT_NEAR(H[0], start, 1e-12) << name;
    EXPECT_NEAR(H[1], next, 1e-11) << name;
  }
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

TEST(MomentumDrift, IsTheLargestChangeOverTheTerms) {
  const AffineGenerator rotation{Eigen::Matrix2d{{0, 1}, {-1, 0}}, Eigen::Vector2d{0, 0}};
  // I = 33 - 26 = 7, then 119 - 95 = 24; the terms' magnitudes add to 59 and 214.
  EXPECT_DOUBLE_EQ(momentum_drift(rotation, Points{{2, 3}, {5, 7}}, Points{{11, 13}, {17, 19}}), 17.0 / 214);
  EXPECT_EQ(momentum_drift(rotation, Points{{2, 3}, {2, 3}}, Points{{11, 13}, {11, 13}}), 0);
  EXPECT_TRUE(std::isnan(momentum_drift(rotation, Points{{2, 3}}, Points{{0, 0}})));
}

// The midpoint rule conserves the charge of every true symmetry exactly; what remains is rounding and the
// root finder's tolerance.
class Conservation : public ::testing::TestWithParam<const char*> {};

TEST_P(Conservation, OfEveryTrueSymmetrysMomentumMapIsExactOnRollouts) {
  const auto system = physics::make_system(GetParam());
  const MidpointLagrangian L_d(*system, 0.05);
  const RollOut motion =
      roll_out(L_d, Vector{{1.0, 0.1}}, Vector{{1.01, 0.14}}, 100, {.root = {.hybrid_tolerance = 1e-14}});
  ASSERT_FALSE(motion.failure);
  const Points p = discrete_momenta(L_d, motion.q);
  ASSERT_EQ(p.rows(), 100);
  for (const Symmetry& symmetry : true_symmetries(GetParam())) {
    const Eigen::VectorXd I = momentum_map(symmetry.generator, motion.q, p);
    EXPECT_LT(change_from_start(I).cwiseAbs().maxCoeff(), 1e-10 * I.cwiseAbs().maxCoeff()) << symmetry.name;
  }
  // A shear is no symmetry of any of them.
  const AffineGenerator shear{Eigen::Matrix2d{{0, 0}, {1, 0}}, Eigen::Vector2d{0, 0}};
  const Eigen::VectorXd I = momentum_map(shear, motion.q, p);
  EXPECT_GT(change_from_start(I).cwiseAbs().maxCoeff(), 0.01 * I.cwiseAbs().maxCoeff());
}

INSTANTIATE_TEST_SUITE_P(Systems, Conservation,
                         ::testing::Values("cart_pendulum", "kepler", "free_particle",
                                           "isotropic_oscillator"),
                         [](const auto& instance) { return std::string(instance.param); });

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
