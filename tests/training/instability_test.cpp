#include "training/instability.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace lnn::training;

std::vector<double> check_losses() {
  std::vector<double> losses;
  for (int k = 0; k < 300; ++k) {
    losses.push_back(0.5 * std::exp(-k / 50.0) + 0.01 * std::sin(1.7 * k) + 0.02 / 13 * ((7919 * k) % 13));
  }
  return losses;
}

// Computed with scipy's savgol_filter (window 15, order 2, mode interp) and numpy's std, ddof 0.
TEST(Instability, ReproducesTheCheckValue) {
  EXPECT_NEAR(instability(check_losses(), 30), 0.00996463, 5e-9);
}

TEST(Trend, UsesThePublishedInteriorWeights) {
  const std::vector<double> weights{-78, -13, 42, 87, 122, 147, 162, 167, 162, 147, 122, 87, 42, -13, -78};
  const std::vector<double> losses = check_losses();
  double expected = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) expected += weights[i] / 1105 * losses[100 - 7 + i];
  EXPECT_NEAR(smooth_trend(losses)[100], expected, 1e-15);
}

TEST(Trend, LeavesAParabolaAloneUpToTheEnds) {
  std::vector<double> parabola;
  for (int k = 0; k < 40; ++k) parabola.push_back(3 - 0.2 * k + 0.01 * k * k);
  const std::vector<double> trend = smooth_trend(parabola);
  for (std::size_t k = 0; k < parabola.size(); ++k) EXPECT_NEAR(trend[k], parabola[k], 1e-12);
}

TEST(PhaseDeviations, DropsAnIncompletePhase) {
  const std::vector<double> losses = check_losses();
  EXPECT_EQ(phase_deviations(losses, 30).size(), 10U);
  EXPECT_EQ(phase_deviations(std::span<const double>(losses).first(299), 30).size(), 9U);
}

TEST(Instability, IsUndefinedForShortOrBrokenSeries) {
  EXPECT_TRUE(std::isnan(instability(std::vector<double>(14, 1.0), 2)));
  EXPECT_TRUE(std::isnan(instability(std::vector<double>(20, 1.0), 30)));
  std::vector<double> broken = check_losses();
  broken[3] = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(std::isnan(instability(broken, 30)));
}

}  // namespace
