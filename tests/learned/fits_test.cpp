#include "learned/fits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace lnn::learned;
using Values = std::vector<double>;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(FitLine, FindsALineAndWhatIsLeft) {
  // The remainder (1, -1, -1, 1) has no mean and no slope over x = 0..3.
  const LineFit fit = fit_line(Values{0, 1, 2, 3}, Values{6, 1, -2, -3});
  EXPECT_NEAR(fit.slope, -3, 1e-14);
  EXPECT_NEAR(fit.intercept, 5, 1e-14);
  EXPECT_NEAR(fit.residual, 1, 1e-14);
}

TEST(FitLine, KeepsItsDigitsFarFromTheOrigin) {
  const LineFit fit = fit_line(Values{1e8, 1e8 + 1, 1e8 + 2}, Values{0, 2, 4});
  EXPECT_NEAR(fit.slope, 2, 1e-12);
  EXPECT_NEAR(fit.residual, 0, 1e-12);
}

TEST(FitLine, IsUndefinedWithoutVariationOrWithValuesThatAreNotFinite) {
  EXPECT_TRUE(std::isnan(fit_line(Values{2, 2, 2}, Values{1, 2, 3}).slope));
  EXPECT_TRUE(std::isnan(fit_line(Values{0.1 + 0.2, 0.3}, Values{1, 2}).slope));
  EXPECT_TRUE(std::isnan(fit_line(Values{}, Values{}).slope));
  EXPECT_TRUE(std::isnan(fit_line(Values{1, 2, nan}, Values{1, 2, 3}).slope));
  EXPECT_TRUE(std::isnan(fit_line(Values{1, 2, 3}, Values{1, infinity, 3}).residual));
}

TEST(FitPowerLaw, FindsTheExponentOfEitherSign) {
  Values z;
  Values g;
  for (int k = 0; k < 50; ++k) {
    z.push_back(0.2 * std::pow(50, k / 49.0));
    g.push_back((k % 2 == 0 ? -3 : 3) / (z.back() * z.back()));
  }
  const LineFit fit = fit_power_law(z, g);
  EXPECT_NEAR(fit.slope, -2, 1e-13);
  EXPECT_NEAR(std::exp(fit.intercept), 3, 1e-12);
  EXPECT_NEAR(fit.residual, 0, 1e-13);
}

TEST(FitPowerLaw, IsUndefinedForZeros) {
  EXPECT_TRUE(std::isnan(fit_power_law(Values{1, 2, 3}, Values{1, 0, 2}).slope));
  EXPECT_TRUE(std::isnan(fit_power_law(Values{-1, 2, 3}, Values{1, 1, 2}).slope));
}

TEST(Quantile, IsOneOfTheValues) {
  const Values values{5, 1, 4, 2, 3};
  EXPECT_EQ(quantile(values, 0.5), 3);
  EXPECT_EQ(quantile({4, 1, 3, 2}, 0.5), 2);
  EXPECT_EQ(quantile(values, 0.8), 4);
  EXPECT_EQ(quantile(values, 0.81), 5);
  EXPECT_EQ(quantile(values, 1), 5);
}

TEST(Quantile, IsUndefinedWithoutFiniteValues) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile({1, nan, 2}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile({1, infinity, 2}, 0.5)));
}

TEST(Moments, AreThoseOfTheValues) {
  const Values values{1, 5, 1, 5};
  EXPECT_DOUBLE_EQ(mean(values), 3);
  EXPECT_DOUBLE_EQ(rms(values), std::sqrt(13));
  EXPECT_DOUBLE_EQ(deviation(values), 2);
  EXPECT_DOUBLE_EQ(mean_absolute_difference(values, Values{2, 2, 1, 9}), 2);
  EXPECT_TRUE(std::isnan(mean({})));
  EXPECT_TRUE(std::isnan(rms(Values{1e200, 1e200})));
}

}  // namespace
