#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "analysis/bootstrap.h"

/// Could chance alone have made this difference, and how many more seeds would tell?
namespace lnn::analysis {

/// Wilcoxon's signed-rank test of paired differences against a median of zero, two-sided.
struct SignedRankTest {
  std::size_t pairs = 0;     ///< differences other than zero; the others say nothing and are dropped
  double p = 1;              ///< 1 without pairs; at least 2 / 2^pairs
  double rank_biserial = 0;  ///< effect size in [-1, 1]: -1 when every difference is negative
};

/// Infinite differences have the highest rank. Up to 50 pairs p is exact: all signs of the given ranks, ties
/// included, are counted; beyond, it is the normal approximation with the correction for ties (as
/// scipy.stats.wilcoxon has it). Precondition: no difference is NaN.
SignedRankTest signed_rank_test(std::span<const double> differences);

/// Adjusted p-values (S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure", 1979): rejecting
/// those below a level keeps the chance of any false rejection among all tests below it.
std::vector<double> holm_adjusted(std::span<const double> p_values);

/// The exact interval of a probability (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934) after
/// `successes` in `trials`; [0, 1] without trials. Precondition: successes <= trials.
Interval proportion_interval(std::size_t successes, std::size_t trials, double confidence = 0.95);

/// About how many pairs the test needs to separate such differences with a chance of 80 % at the level
/// `significance`: (z_a + z_b)^2 (deviation / mean)^2 pi / 3 + z_a^2 / 2 for normal differences, where pi / 3
/// is the efficiency of the t-test over Wilcoxon's, and at least as many as can make p that small. Nothing
/// when the mean is zero or there are fewer than two differences. Precondition: finite differences.
std::optional<std::size_t> pairs_to_decide(std::span<const double> differences, double significance);

}  // namespace lnn::analysis
