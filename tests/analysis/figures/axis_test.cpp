#include "analysis/figures/axis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

namespace figures = lnn::figures;
using figures::Limits;
using figures::Numbers;
using figures::Settings;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(FigureAxis, LogarithmicLimitsHoldAllPositiveNumbers) {
  const Limits limits = figures::log_limits(std::vector<Numbers>{{0.01, nan, infinity, -3, 0}, {1}});
  EXPECT_LT(limits.low, 0.01);
  EXPECT_GT(limits.low, 0.005);
  EXPECT_GT(limits.high, 1);
  EXPECT_LT(limits.high, 2);
  const Limits narrow = figures::log_limits(std::vector<Numbers>{{1}});
  EXPECT_NEAR(narrow.high / narrow.low, 4, 1e-9);
  const Limits cut = figures::log_limits(std::vector<Numbers>{{1e-20, 1}}, 1e4);
  EXPECT_NEAR(cut.high / cut.low, 1e4, 1e-6);
}

TEST(FigureAxis, TicsAreRoundNumbers) {
  EXPECT_THAT(figures::linear_axis('x', {0, 300}, 6).commands, Contains("set xtics 50"));
  EXPECT_THAT(figures::linear_axis('y', {0, 0.9}, 4).commands, Contains("set ytics 0.2"));
  EXPECT_THAT(figures::log_axis('y', {0.05, 2}).commands.back(),
              testing::AllOf(HasSubstr("'0.1' 1e-1"), HasSubstr("'' 9e-1 1"), Not(HasSubstr("3e0"))));
  // An axis without extent is still an axis.
  EXPECT_THAT(figures::linear_axis('x', {2, 2}, 5).commands, Contains("set xrange [1.5:2.5]"));
}

TEST(FigureAxis, KnowsItsLastNumber) {
  const auto linear = figures::linear_axis('x', {0, 101000}, 6).last_number;
  EXPECT_NEAR(linear.beyond, 1000.0 / 101000, 1e-12) << "100000 is the last one";
  EXPECT_GT(linear.pixels, figures::linear_axis('x', {0, 11}, 6).last_number.pixels);
  // 1, not the tics from 2 on, which have no numbers on an axis of two decades.
  const auto logarithmic = figures::log_axis('x', {0.05, 5}).last_number;
  EXPECT_NEAR(logarithmic.beyond, std::log(5) / std::log(100), 1e-12);
  EXPECT_EQ(figures::angle_axis('x').last_number.beyond, 0);
  EXPECT_EQ(figures::angle_axis('x', false).last_number.pixels, 0);
}

TEST(FigureAxis, TheLastNumberOfAPanelIsThatOfItsXAxis) {
  const Settings x = figures::linear_axis('x', {0, 101000}, 6);
  const Settings y = figures::linear_axis('y', {0, 1}, 4);
  EXPECT_EQ(y.last_number.pixels, 0);
  EXPECT_EQ((x + y).last_number.pixels, x.last_number.pixels);
  EXPECT_EQ((y + x).last_number.beyond, x.last_number.beyond);
}

}  // namespace
