#include "analysis/effect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using lnn::analysis::Effect;
using lnn::analysis::effect_of;
using lnn::analysis::EffectKind;
using lnn::analysis::level_of;
using lnn::analysis::ratio_to_published;
using lnn::analysis::Sample;
using lnn::analysis::Statistic;
using lnn::analysis::statistic_of;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Seeds first, first + 1, ... with one value each.
Sample sample(const std::vector<double>& values, std::uint64_t first = 1) {
  Sample result;
  for (const double value : values) result[first++] = {value};
  return result;
}

const Sample a = sample({0.11, 0.25, 0.14, 0.62, 0.09, 0.31, 0.18, 1.40});
const Sample b = sample({0.52, 0.61, 0.33, 1.10, 0.45, 0.71, 0.40, 1.90});
const Sample c = sample({2.0, 3.5, 1.2, 8.0, 2.7}, 11);

void expect_interval(const Effect& effect, double low, double low_error, double high, double high_error) {
  ASSERT_TRUE(effect.interval.has_value());
  EXPECT_NEAR(effect.interval->low, low, low_error);
  EXPECT_NEAR(effect.interval->high, high, high_error);
}

TEST(StatisticOf, KnowsMeanGeometricMeanAndMedian) {
  const std::vector<double> values{1, 100, 10, 1000};
  EXPECT_DOUBLE_EQ(statistic_of(values, Statistic::mean), 277.75);
  EXPECT_NEAR(statistic_of(values, Statistic::geometric_mean), std::pow(10, 1.5), 1e-12);
  EXPECT_DOUBLE_EQ(statistic_of(values, Statistic::median), 55);
  EXPECT_EQ(statistic_of(std::vector<double>{3, infinity, 1}, Statistic::median), 3);
  EXPECT_EQ(statistic_of(std::vector<double>{3, infinity}, Statistic::median), infinity);
}

// Expected intervals: scipy.stats.bootstrap(method="BCa"), mean of six times 200,000 resamples. The
// tolerances are four times the scatter of 10,000 resamples there.

TEST(LevelOf, AgreesWithScipy) {
  expect_interval(level_of(a, Statistic::mean), 0.19438, 0.008, 0.86258, 0.054);
  expect_interval(level_of(a, Statistic::geometric_mean), 0.15236, 0.004, 0.51692, 0.015);
}

TEST(EffectOf, PairsEqualSeedsAsScipyDoes) {
  const Effect difference = effect_of(a, b, EffectKind::difference, Statistic::mean);
  EXPECT_TRUE(difference.paired);
  EXPECT_NEAR(difference.estimate, 0.3875 - 0.7525, 1e-12);
  expect_interval(difference, -0.4275, 0.004, -0.2825, 0.004);
  const Effect reduction = effect_of(a, b, EffectKind::reduction_percent, Statistic::mean);
  EXPECT_NEAR(reduction.estimate, 100 * (1 - 0.3875 / 0.7525), 1e-12);
  expect_interval(reduction, 32.8645, 0.6, 63.1707, 0.6);
}

TEST(EffectOf, DrawsOtherSeedsIndependentlyAsScipyDoes) {
  const Effect difference = effect_of(a, c, EffectKind::difference, Statistic::mean);
  EXPECT_FALSE(difference.paired);
  expect_interval(difference, -6.2220, 0.4, -1.5896, 0.05);
  const Effect ratio = effect_of(a, c, EffectKind::ratio, Statistic::mean);
  expect_interval(ratio, 0.040463, 0.0021, 0.285293, 0.0182);
}

TEST(EffectOf, PairingRemovesWhatSeedsShare) {
  Sample shifted;
  for (const auto& [seed, values] : b) shifted[seed + 100] = values;
  const auto paired = effect_of(a, b, EffectKind::difference, Statistic::mean).interval.value();
  const auto apart = effect_of(a, shifted, EffectKind::difference, Statistic::mean).interval.value();
  EXPECT_LT(paired.high, 0);
  EXPECT_GT(apart.high, 0);
}

// The replicates are the seeds: four arms that repeat each other do not make the interval narrower.
TEST(EffectOf, DrawsAllArmsOfASeedTogether) {
  Sample repeated = a;
  for (auto& [seed, values] : repeated) values.resize(4, values.front());
  const Effect once = level_of(a, Statistic::mean);
  const Effect four_times = level_of(repeated, Statistic::mean);
  EXPECT_NEAR(four_times.interval->low, once.interval->low, 1e-12);
  EXPECT_NEAR(four_times.interval->high, once.interval->high, 1e-12);
}

TEST(EffectOf, HasNoIntervalBelowThreeSeeds) {
  const Sample two = sample({1, 2});
  const Effect effect = effect_of(two, a, EffectKind::difference, Statistic::mean);
  EXPECT_FALSE(effect.interval.has_value());
  EXPECT_DOUBLE_EQ(effect.estimate, 1.5 - 0.3875);
  EXPECT_FALSE(level_of(two, Statistic::mean).interval.has_value());
  EXPECT_FALSE(ratio_to_published(two, std::vector{1.0}, Statistic::mean, 0.1).interval.has_value());
}

TEST(EffectOf, ComparesMediansWithInfiniteValues) {
  const Sample failing = sample({0.5, infinity, infinity, 0.9, infinity, 0.7, infinity, infinity});
  const Effect effect = effect_of(a, failing, EffectKind::difference, Statistic::median);
  EXPECT_EQ(effect.estimate, -infinity);
  EXPECT_EQ(effect.interval->low, -infinity);
  EXPECT_LT(effect.interval->high, 0);
}

TEST(EffectOf, EqualStatisticsHaveNoEffectEvenWhenInfiniteOrZero) {
  const Sample lost = sample({infinity, infinity, infinity});
  EXPECT_EQ(effect_of(lost, lost, EffectKind::difference, Statistic::median).estimate, 0);
  const Sample zero = sample({0, 0, 0});
  const Effect ratio = effect_of(zero, zero, EffectKind::ratio, Statistic::mean);
  EXPECT_EQ(ratio.interval->low, 1);
  EXPECT_EQ(ratio.interval->high, 1);
}

// mean ± t s sqrt(1/n + 1/k) by scipy.stats.t, on the values and on their logarithms.
TEST(RatioToPublished, PredictsAsManyRunsAsWerePublished) {
  const std::vector<double> one{0.5};
  const std::vector<double> two{0.4, 0.6};
  const Effect single = ratio_to_published(a, one, Statistic::mean, 0);
  EXPECT_NEAR(single.estimate, 0.3875 / 0.5, 1e-12);
  expect_interval(single, -0.7236555116237469 / 0.5, 1e-9, 1.4986555116237468 / 0.5, 1e-9);
  expect_interval(ratio_to_published(a, two, Statistic::mean, 0), -0.44070641918808534 / 0.5, 1e-9,
                  1.2157064191880853 / 0.5, 1e-9);
  expect_interval(ratio_to_published(a, one, Statistic::geometric_mean, 0), 0.024812965077843117 / 0.5, 1e-9,
                  2.5795005597610197 / 0.5, 1e-9);
}

TEST(RatioToPublished, ReachesAtLeastTheTolerance) {
  const Sample equal = sample({2, 2, 2, 2});
  expect_interval(ratio_to_published(equal, std::vector{4.0}, Statistic::mean, 0.1), 0.45, 1e-12, 0.55,
                  1e-12);
}

}  // namespace
