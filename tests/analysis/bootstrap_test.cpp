#include "analysis/bootstrap.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace {

using lnn::analysis::bca_interval;
using lnn::analysis::Draw;
using lnn::analysis::Interval;

// Skewed, as losses are.
const std::vector<double> losses{0.11, 0.25, 0.14, 0.62, 0.09, 0.31, 0.18, 1.40};

double mean_of_draw(const std::vector<double>& values, const std::vector<std::size_t>& units) {
  double sum = 0;
  for (const std::size_t unit : units) sum += values[unit];
  return sum / static_cast<double>(units.size());
}

Interval interval_of_mean(const std::vector<double>& values,
                          const lnn::analysis::BootstrapOptions& options = {}) {
  const std::array sizes{values.size()};
  return bca_interval(
      sizes, [&values](const Draw& draw) { return mean_of_draw(values, draw.front()); }, options);
}

// scipy.stats.bootstrap(method="BCa"), mean of six times 200,000 resamples: [0.19438, 0.86258]; 10,000
// resamples scatter by 0.0020 and 0.0136 around it. Percentiles would give [0.16, 0.7075].
TEST(BcaInterval, AgreesWithScipy) {
  const Interval interval = interval_of_mean(losses);
  EXPECT_NEAR(interval.low, 0.19438, 4 * 0.0020);
  EXPECT_NEAR(interval.high, 0.86258, 4 * 0.0136);
}

TEST(BcaInterval, AgreesWithScipyMoreCloselyWithMoreResamples) {
  const Interval interval = interval_of_mean(losses, {.resamples = 200'000, .confidence = 0.95, .seed = 2});
  EXPECT_NEAR(interval.low, 0.19438, 4 * 0.0007);
  EXPECT_NEAR(interval.high, 0.86258, 4 * 0.0018);
}

TEST(BcaInterval, IsNarrowerWithLessConfidence) {
  const Interval narrow = interval_of_mean(losses, {.resamples = 10'000, .confidence = 0.5, .seed = 1});
  const Interval wide = interval_of_mean(losses);
  EXPECT_LT(wide.low, narrow.low);
  EXPECT_LT(narrow.high, wide.high);
}

TEST(BcaInterval, IsTheSameEveryTimeAndDependsOnTheSeed) {
  const Interval first = interval_of_mean(losses);
  EXPECT_EQ(interval_of_mean(losses).high, first.high);
  EXPECT_NE(interval_of_mean(losses, {.resamples = 10'000, .confidence = 0.95, .seed = 2}).high, first.high);
}

TEST(BcaInterval, MirrorsWithTheData) {
  std::vector<double> mirrored = losses;
  for (double& value : mirrored) value = -value;
  const Interval interval = interval_of_mean(losses);
  const Interval mirror = interval_of_mean(mirrored);
  EXPECT_NEAR(mirror.low, -interval.high, 1e-3);
  EXPECT_NEAR(mirror.high, -interval.low, 1e-3);
}

TEST(BcaInterval, OfEqualValuesIsThatValue) {
  const Interval interval = interval_of_mean({0.25, 0.25, 0.25});
  EXPECT_EQ(interval.low, 0.25);
  EXPECT_EQ(interval.high, 0.25);
}

TEST(BcaInterval, KeepsInfiniteEnds) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const Interval interval = interval_of_mean({1, 2, 3, infinity});
  EXPECT_TRUE(interval.low >= 1 && interval.low <= 3) << interval.low;
  EXPECT_EQ(interval.high, infinity);
}

TEST(BcaInterval, DrawsStrataIndependently) {
  const std::array<std::size_t, 2> sizes{4, 7};
  bool differ = false;
  bca_interval(sizes, [&differ](const Draw& draw) {
    EXPECT_LE(draw.at(0).size(), 4U);
    EXPECT_LE(draw.at(1).size(), 7U);
    for (const std::size_t unit : draw[0]) EXPECT_LT(unit, 4U);
    for (const std::size_t unit : draw[1]) EXPECT_LT(unit, 7U);
    differ = differ || !std::equal(draw[0].begin(), draw[0].end(), draw[1].begin());
    return static_cast<double>(std::accumulate(draw[1].begin(), draw[1].end(), std::size_t{0}));
  });
  EXPECT_TRUE(differ);
}

TEST(BcaInterval, RefusesAnEmptyStratum) {
  const std::array<std::size_t, 2> sizes{4, 0};
  EXPECT_THROW(bca_interval(sizes, [](const Draw&) { return 0.0; }), std::logic_error);
}

}  // namespace
