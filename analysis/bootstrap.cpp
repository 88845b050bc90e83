#include "analysis/bootstrap.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numeric>
#include <random>

#include "base/error.h"

namespace lnn::analysis {
namespace {

using Sizes = std::span<const std::size_t>;
using StatisticOfDraw = std::function<double(const Draw&)>;

// Every unit once.
Draw whole(Sizes sizes) {
  Draw draw;
  for (const std::size_t size : sizes) {
    draw.emplace_back(size);
    std::iota(draw.back().begin(), draw.back().end(), std::size_t{0});
  }
  return draw;
}

/// Uniform numbers, the same on every machine (the standard's distributions are not).
class UnitDrawer {
 public:
  explicit UnitDrawer(std::uint64_t seed) : random_(seed) {}

  /// 0 to count - 1, from 32 random bits: uniform to count / 2^32. Precondition: count < 2^32.
  std::size_t below(std::uint64_t count) {
    if (!has_half_) word_ = random_();
    has_half_ = !has_half_;
    const std::uint64_t half = has_half_ ? word_ >> 32U : word_ & 0xFFFF'FFFFU;
    return static_cast<std::size_t>((half * count) >> 32U);
  }

 private:
  std::mt19937_64 random_;
  std::uint64_t word_ = 0;
  bool has_half_ = false;  ///< the lower half of the word is still unused
};

std::vector<double> resampled(Sizes sizes, const StatisticOfDraw& statistic,
                              const BootstrapOptions& options) {
  UnitDrawer random(options.seed);
  Draw draw = whole(sizes);
  std::vector<double> values;
  values.reserve(options.resamples);
  for (std::size_t i = 0; i < options.resamples; ++i) {
    for (auto& units : draw) {
      const std::uint64_t count = units.size();
      for (std::size_t& unit : units) unit = random.below(count);
    }
    values.push_back(statistic(draw));
  }
  std::ranges::sort(values);
  return values;
}

/// Statistics without one unit of a stratum.
std::vector<double> jackknife(Sizes sizes, std::size_t stratum, const StatisticOfDraw& statistic) {
  std::vector<double> values;
  for (std::size_t left_out = 0; left_out < sizes[stratum]; ++left_out) {
    Draw draw = whole(sizes);
    std::erase(draw[stratum], left_out);
    values.push_back(statistic(draw));
  }
  return values;
}

double acceleration(Sizes sizes, const StatisticOfDraw& statistic) {
  double cubes = 0;
  double squares = 0;
  for (std::size_t stratum = 0; stratum < sizes.size(); ++stratum) {
    if (sizes[stratum] < 2) continue;
    const auto count = static_cast<double>(sizes[stratum]);
    const std::vector<double> values = jackknife(sizes, stratum, statistic);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    for (const double value : values) {
      const double influence = (count - 1) * (mean - value) / count;
      squares += influence * influence;
      cubes += influence * influence * influence;
    }
  }
  const double result = cubes / (6 * std::pow(squares, 1.5));
  return std::isfinite(result) ? result : 0;
}

/// Normal quantile of the share of resamples below the estimate, ties counted half.
double bias(const std::vector<double>& sorted, double estimate) {
  const auto [first, last] = std::ranges::equal_range(sorted, estimate);
  const auto below = static_cast<double>(first - sorted.begin());
  const auto up_to = static_cast<double>(last - sorted.begin());
  const auto count = static_cast<double>(sorted.size());
  const double share = std::clamp((below + up_to) / (2 * count), 0.5 / count, 1 - 0.5 / count);
  return quantile(boost::math::normal(), share);
}

/// The share of resamples at which the interval ends that would end at `share` without correction.
double corrected(double share, double bias, double acceleration) {
  const double shift = bias + quantile(boost::math::normal(), share);
  const double stretch = 1 - acceleration * shift;
  if (stretch <= 0) return shift > 0 ? 1 : 0;
  return cdf(boost::math::normal(), bias + shift / stretch);
}

}  // namespace

Interval bca_interval(Sizes sizes, const StatisticOfDraw& statistic, const BootstrapOptions& options) {
  invariant(!sizes.empty() && std::ranges::all_of(sizes, [](std::size_t size) { return size > 0; }),
            "every stratum has units to draw");
  const std::vector<double> sorted = resampled(sizes, statistic, options);
  const double shift = bias(sorted, statistic(whole(sizes)));
  const double skewness = acceleration(sizes, statistic);
  const double tail = (1 - options.confidence) / 2;
  const auto last = static_cast<double>(sorted.size() - 1);
  const double low = std::floor(last * corrected(tail, shift, skewness));
  const double high = std::ceil(last * corrected(1 - tail, shift, skewness));
  return {sorted[static_cast<std::size_t>(low)], sorted[static_cast<std::size_t>(high)]};
}

}  // namespace lnn::analysis
