#include "learned/mass_fit.h"

#include <gtest/gtest.h>

#include <Eigen/Dense>
#include <cmath>
#include <limits>
#include <vector>

namespace {

using lnn::learned::fit_mass;
using lnn::learned::MassFit;
using lnn::learned::off_diagonal_share;
using Values = std::vector<double>;

Values times(Values values, double factor) {
  for (double& value : values) value *= factor;
  return values;
}

// The AdS2 metric at three depths, its elements spread over four decades.
const Values ads{-1, 0, 0, 1, -100, 0, 0, 100, -1e-2, 0, 0, 1e-2};

TEST(FitMass, FindsTheScaleOfEitherSign) {
  for (const double c : {0.25, -7.0}) {
    const MassFit fit = fit_mass(2, times(ads, c), ads);
    EXPECT_NEAR(fit.scale, c, 1e-14);
    EXPECT_NEAR(fit.error, 0, 1e-14);
    EXPECT_NEAR(fit.error_p95, 0, 1e-14);
  }
}

TEST(FitMass, CountsARelativeErrorAlikeAtEveryDepth) {
  Values learned = times(ads, 5);
  for (std::size_t k = 3; k < learned.size(); k += 4) learned[k] *= 1.2;  // g_zz alone
  const MassFit fit = fit_mass(2, learned, ads);
  EXPECT_NEAR(fit.scale, 5 * 1.1, 1e-13);
  // Elements 1/1.1 and 1.2/1.1 of their true size: both 1/11 off.
  EXPECT_NEAR(fit.error, 1 / 11.0, 1e-13);
  EXPECT_NEAR(fit.error_p95, fit.error, 1e-13);
}

TEST(FitMass, CountsOffDiagonalElementsInTrueUnits) {
  const Values truth{4, 0, 0, 9};
  EXPECT_NEAR(fit_mass(2, Values{4, 0.6, 0.6, 9}, truth).error, 0.1, 1e-14);
}

TEST(FitMass, DoesNotDependOnUnitsOrCoordinates) {
  const Eigen::Matrix2d truth{{2, 0.5}, {0.5, 1}};
  const Eigen::Matrix2d learned{{2.2, 0.3}, {0.3, 0.7}};
  const Eigen::Matrix2d change{{100, 3}, {-0.2, 1}};
  const auto fit = [](const Eigen::Matrix2d& one, const Eigen::Matrix2d& other) {
    return fit_mass(2, {one.data(), 4}, {other.data(), 4});
  };
  const MassFit before = fit(learned, truth);
  const MassFit after = fit(change.transpose() * learned * change, change.transpose() * truth * change);
  EXPECT_GT(before.error, 0.1);
  EXPECT_NEAR(after.scale, before.scale, 1e-12);
  EXPECT_NEAR(after.error, before.error, 1e-12);
}

TEST(FitMass, IsNotDecidedByOneWildSample) {
  Values truth;
  for (int k = 0; k < 40; ++k) truth.push_back(2 + k);
  Values learned = times(truth, 3);
  learned[7] = 1e9;
  const MassFit fit = fit_mass(1, learned, truth);
  EXPECT_NEAR(fit.scale, 3, 1e-14);
  EXPECT_NEAR(fit.error, 0, 1e-14);
  EXPECT_NEAR(fit.error_p95, 0, 1e-14);
}

TEST(FitMass, IsUndefinedForNonFiniteSingularOrZeroMatrices) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(fit_mass(1, Values{1, nan}, Values{1, 1}).scale));
  EXPECT_TRUE(std::isnan(fit_mass(1, Values{1, 1}, Values{1, infinity}).scale));
  EXPECT_TRUE(std::isnan(fit_mass(2, Values{1, 0, 0, 1}, Values{1, 0, 0, 0}).error));
  EXPECT_TRUE(std::isnan(fit_mass(1, Values{0, 0}, Values{1, 1}).error));
  EXPECT_TRUE(std::isnan(fit_mass(1, Values{}, Values{}).error));
}

TEST(OffDiagonalShare, IsRelativeToTheDiagonalInTrueUnits) {
  // In units of the truth: diagonal (3, 4), off-diagonal 1 twice.
  EXPECT_NEAR(off_diagonal_share(2, Values{-12, 6, 6, 36}, Values{-4, 0, 0, 9}), std::sqrt(2.0) / 5, 1e-14);
  EXPECT_EQ(off_diagonal_share(2, ads, ads), 0);
  EXPECT_TRUE(std::isnan(off_diagonal_share(2, Values{0, 0, 0, 0}, Values{1, 0, 0, 1})));
}

}  // namespace
