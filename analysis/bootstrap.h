#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

/// How far a statistic would move with other replicates.
namespace lnn::analysis {

/// Closed; an end may be infinite.
struct Interval {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

struct BootstrapOptions {
  std::size_t resamples = 10'000;
  double confidence = 0.95;
  std::uint64_t seed = 1;
};

/// Which units were drawn from each stratum, with repetitions.
using Draw = std::vector<std::vector<std::size_t>>;

/// Bias-corrected and accelerated bootstrap interval (B. Efron, "Better Bootstrap Confidence Intervals",
/// JASA 82, 1987; acceleration over several strata as in scipy.stats.bootstrap).
///
/// `sizes` are the numbers of units in each stratum; the units of a stratum are drawn together, strata
/// independently. `statistic` gives the number for a draw; it may be infinite, never NaN. The same input
/// gives the same interval on every machine. Ends are drawn values, rounded outward. Where the acceleration
/// does not exist (an infinite jackknife value, or all equal) it is zero.
///
/// Few units make every bootstrap interval too narrow. Of 1500 simulated samples, intervals of a mean at 95 %
/// covered the true one in 74 % (3 units), 85 % (5), 90 % (8) and 92 % (16) for normal values, in 62 %, 74 %,
/// 80 % and 86 % for log-normal values of unit spread.
///
/// Precondition: at least one stratum, none of them empty; 0 < confidence < 1.
Interval bca_interval(std::span<const std::size_t> sizes, const std::function<double(const Draw&)>& statistic,
                      const BootstrapOptions& options = {});

}  // namespace lnn::analysis
