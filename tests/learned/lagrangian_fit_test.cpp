#include "learned/lagrangian_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using lnn::learned::fit_lagrangian;
using lnn::learned::LagrangianFit;
using Values = std::vector<double>;

const Values truth{-1, 1, -1, 1};

TEST(FitLagrangian, ForgivesScaleOffsetAndTotalDerivative) {
  const Values odd{2, -6, 6, -2};
  Values forward;
  Values backward;
  for (std::size_t k = 0; k < 4; ++k) {
    forward.push_back(-3 * truth[k] + 7 + odd[k]);
    backward.push_back(-3 * truth[k] + 7 - odd[k]);
  }
  const LagrangianFit fit = fit_lagrangian(forward, backward, truth);
  EXPECT_NEAR(fit.scale, -3, 1e-14);
  EXPECT_NEAR(fit.offset, 7, 1e-14);
  EXPECT_NEAR(fit.error, 0, 1e-14);
  EXPECT_NEAR(fit.odd_share, std::sqrt(20.0) / 3, 1e-14);
}

TEST(FitLagrangian, MeasuresWhatIsLeftAgainstWhatIsRight) {
  // 2 L plus a remainder of rms 0.5 that is orthogonal to L.
  const Values learned{-1.5, 2.5, -2.5, 1.5};
  const LagrangianFit fit = fit_lagrangian(learned, learned, truth);
  EXPECT_NEAR(fit.scale, 2, 1e-14);
  EXPECT_NEAR(fit.error, 0.25, 1e-14);
  EXPECT_EQ(fit.odd_share, 0);
}

TEST(FitLagrangian, IsUndefinedForConstantOrNonFiniteValues) {
  EXPECT_TRUE(std::isnan(fit_lagrangian(truth, truth, Values{3, 3, 3, 3}).error));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const LagrangianFit fit = fit_lagrangian(Values{1, 2, nan, 4}, truth, truth);
  EXPECT_TRUE(std::isnan(fit.scale));
  EXPECT_TRUE(std::isnan(fit.error));
  EXPECT_TRUE(std::isnan(fit.odd_share));
}

}  // namespace
