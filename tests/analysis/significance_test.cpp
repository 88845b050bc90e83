#include "analysis/significance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace {

using lnn::analysis::holm_adjusted;
using lnn::analysis::pairs_to_decide;
using lnn::analysis::proportion_interval;
using lnn::analysis::signed_rank_test;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> waves(int count) {
  std::vector<double> values;
  for (int i = 1; i <= count; ++i) values.push_back(std::sin(1.7 * i) + 0.2);
  return values;
}

// Expected: scipy.stats.wilcoxon(method="exact").
TEST(SignedRankTest, AgreesWithScipyWithoutTies) {
  const auto test = signed_rank_test(std::vector{0.3, -0.1, 0.25, 0.4, -0.05, 0.6, 0.22, -0.15, 0.5, 0.33});
  EXPECT_NEAR(test.p, 0.02734375, 1e-15);
  EXPECT_EQ(test.pairs, 10U);
  EXPECT_NEAR(test.rank_biserial, (49.0 - 6.0) / 55.0, 1e-15);
}

// Expected: scipy.stats.wilcoxon(method=PermutationMethod(n_resamples=inf)); one difference is zero.
TEST(SignedRankTest, AgreesWithScipyWithTiesAndZeros) {
  const auto test = signed_rank_test(std::vector<double>{1, -1, 2, 2, -3, 3, 4, 5, 0, 1});
  EXPECT_EQ(test.pairs, 9U);
  EXPECT_NEAR(test.p, 0.12109375, 1e-15);
}

// Expected: scipy.stats.wilcoxon(method="approx"), without and with ties.
TEST(SignedRankTest, AgreesWithScipyBeyondTheExactRange) {
  EXPECT_NEAR(signed_rank_test(waves(60)).p, 0.02382049854030701, 1e-12);
  std::vector<double> rounded = waves(80);
  for (double& value : rounded) value = std::round(100 * value) / 100;
  EXPECT_NEAR(signed_rank_test(rounded).p, 0.010003238871155276, 1e-12);
}

TEST(SignedRankTest, IsExactUpToFiftyPairs) {
  EXPECT_NEAR(signed_rank_test(waves(50)).p, 0.037166605079788084, 1e-12);  // approximately 0.0375
  EXPECT_NEAR(signed_rank_test(waves(51)).p, 0.054661056670223154, 1e-12);  // exactly 0.0548
}

TEST(SignedRankTest, CannotGetBelowItsFloor) {
  const auto test = signed_rank_test(std::vector{-0.41, -0.36, -0.19, -0.48, -0.36, -0.40, -0.22, -0.5});
  EXPECT_DOUBLE_EQ(test.p, 2.0 / 256);
  EXPECT_EQ(test.rank_biserial, -1);
}

TEST(SignedRankTest, RanksInfiniteDifferencesHighest) {
  const auto infinite = signed_rank_test(std::vector{infinity, infinity, -1.0, -2.0, -3.0});
  const auto large = signed_rank_test(std::vector{10.0, 10.0, -1.0, -2.0, -3.0});
  EXPECT_EQ(infinite.p, large.p);
  EXPECT_EQ(infinite.rank_biserial, (9.0 - 6.0) / 15.0);
}

TEST(SignedRankTest, SaysNothingWithoutDifferences) {
  EXPECT_EQ(signed_rank_test({}).p, 1);
  EXPECT_EQ(signed_rank_test(std::vector{0.0, 0.0}).p, 1);
  EXPECT_EQ(signed_rank_test(std::vector{0.0, 0.0}).pairs, 0U);
}

// Expected: statsmodels.stats.multitest.multipletests(method="holm").
TEST(HolmAdjusted, StepsDownAndKeepsTheOrder) {
  EXPECT_THAT(holm_adjusted(std::vector{0.01, 0.04, 0.03, 0.005}),
              ElementsAre(DoubleNear(0.03, 1e-15), DoubleNear(0.06, 1e-15), DoubleNear(0.06, 1e-15),
                          DoubleNear(0.02, 1e-15)));
  EXPECT_THAT(holm_adjusted(std::vector{0.7, 0.6}), ElementsAre(1, 1));
  EXPECT_THAT(holm_adjusted({}), IsEmpty());
}

// Expected: scipy.stats.binomtest(k, n).proportion_ci(method="exact").
TEST(ProportionInterval, AgreesWithScipy) {
  const auto expect = [](std::size_t successes, std::size_t trials, double low, double high) {
    const auto interval = proportion_interval(successes, trials);
    EXPECT_NEAR(interval.low, low, 1e-9);
    EXPECT_NEAR(interval.high, high, 1e-9);
  };
  expect(0, 8, 0, 0.3694166475528192);
  expect(1, 8, 0.003159723531252275, 0.5265096708751638);
  expect(8, 8, 0.6305833524471808, 1);
  expect(3, 20, 0.03207093718554477, 0.37892682654529564);
  expect(5, 10000, 0.0001623679341989253, 0.001166444209071642);
  expect(0, 0, 0, 1);
  EXPECT_THROW(proportion_interval(2, 1), std::logic_error);
}

/// Pairs of values with this mean and a sample standard deviation of 1.
std::vector<double> unit_spread(double mean) {
  return {mean - std::sqrt(0.5), mean + std::sqrt(0.5)};
}

// Expected: the formula by scipy.stats.norm: 32.877 + 1.921, 52.247 + 3.614, 1223.019 + 3.317.
TEST(PairsToDecide, GrowsWithTheSpread) {
  EXPECT_EQ(pairs_to_decide(unit_spread(0.5), 0.05), 35U);
  EXPECT_EQ(pairs_to_decide(unit_spread(-0.5), 0.05 / 7), 56U);
  EXPECT_EQ(pairs_to_decide(unit_spread(0.1), 0.01), 1227U);
}

TEST(PairsToDecide, IsNeverLessThanTheTestCanUse) {
  EXPECT_EQ(pairs_to_decide(std::vector{1.0, 1.0, 1.0}, 0.05), 6U);
  EXPECT_EQ(pairs_to_decide(std::vector{1.0, 1.0, 1.0}, 0.05 / 7), 9U);
}

TEST(PairsToDecide, KnowsWhenItCannotTell) {
  EXPECT_FALSE(pairs_to_decide(std::vector{1.0}, 0.05).has_value());
  EXPECT_FALSE(pairs_to_decide(std::vector{1.0, -1.0}, 0.05).has_value());
}

// The promise itself: as many normal differences as it asks for are separated four times in five.
TEST(PairsToDecide, GivesThePromisedPower) {
  const double significance = 0.05 / 7;
  const std::size_t pairs = pairs_to_decide(unit_spread(0.8), significance).value();
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal(0.8, 1);
  int separated = 0;
  constexpr int repetitions = 1000;
  for (int i = 0; i < repetitions; ++i) {
    std::vector<double> differences(pairs);
    for (double& value : differences) value = normal(random);
    separated += signed_rank_test(differences).p < significance ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(separated) / repetitions, 0.8, 0.06);
}

}  // namespace
