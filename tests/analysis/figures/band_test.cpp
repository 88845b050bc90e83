// Statistics over seeds.

#include "analysis/figures/band.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace {

namespace figures = lnn::figures;
using figures::Band;
using figures::Numbers;
using testing::ElementsAre;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

TEST(FigureBand, ASeedThatStoppedPullsTheMedianUp) {
  const Band band = figures::band_over("arm", {1, 2, 3}, std::vector<Numbers>{{1, 2, nan}, {3, 4, 5}, {2}});
  EXPECT_THAT(band.middle, ElementsAre(2, 4, infinity));
  EXPECT_THAT(band.low, ElementsAre(1, 2, 5));
  EXPECT_THAT(band.high, ElementsAre(3, infinity, infinity));
  EXPECT_EQ(band.seeds, 3U);
}

TEST(FigureBand, ThinningKeepsEverySpike) {
  Numbers x(10'000);
  Numbers values(10'000, 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  values[4321] = 50;
  const Band band = figures::thinned(figures::band_over("arm", x, std::vector<Numbers>{values}), 100);
  EXPECT_EQ(band.x.size(), 100U);
  EXPECT_EQ(std::ranges::max(band.high), 50);
  EXPECT_EQ(std::ranges::max(band.middle), 1);
  EXPECT_EQ(std::ranges::count(band.high, 50.0), 1);
}

}  // namespace
