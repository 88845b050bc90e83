#include "training/instability.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace lnn::training {
namespace {

constexpr int half = trend_window / 2;

// Value at offset x in -7..7 from the window's center of the least-squares parabola through 15 equally spaced
// values. With sum i^2 = 280 and sum i^4 = 9352 over the window, the normal equations have the closed
// solution below.
double parabola_at(std::span<const double> window, double x) {
  constexpr double n = trend_window;
  constexpr double s2 = 280;
  constexpr double s4 = 9352;
  double sum = 0;
  double first = 0;
  double second = 0;
  for (int i = -half; i <= half; ++i) {
    const double value = window[static_cast<std::size_t>(i + half)];
    sum += value;
    first += i * value;
    second += i * i * value;
  }
  const double curvature = (n * second - s2 * sum) / (n * s4 - s2 * s2);
  const double level = (sum - curvature * s2) / n;
  return level + first / s2 * x + curvature * x * x;
}

double deviation(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / count);
}

}  // namespace

std::vector<double> smooth_trend(std::span<const double> losses) {
  const int count = static_cast<int>(losses.size());
  invariant(count >= trend_window, "the trend needs at least 15 losses");
  std::vector<double> trend;
  for (int k = 0; k < count; ++k) {
    const int center = std::clamp(k, half, count - 1 - half);
    trend.push_back(
        parabola_at(losses.subspan(static_cast<std::size_t>(center - half), trend_window), k - center));
  }
  return trend;
}

std::vector<double> phase_deviations(std::span<const double> losses, int t_max) {
  if (losses.size() < trend_window || t_max < 1) return {};
  std::vector<double> residual = smooth_trend(losses);
  for (std::size_t k = 0; k < residual.size(); ++k) residual[k] = losses[k] - residual[k];
  std::vector<double> deviations;
  const auto length = static_cast<std::size_t>(t_max);
  for (std::size_t start = 0; start + length <= residual.size(); start += length) {
    deviations.push_back(deviation(std::span<const double>(residual).subspan(start, length)));
  }
  return deviations;
}

double instability(std::span<const double> losses, int t_max) {
  const std::vector<double> deviations = phase_deviations(losses, t_max);
  if (deviations.empty()) return std::numeric_limits<double>::quiet_NaN();
  return std::accumulate(deviations.begin(), deviations.end(), 0.0) / static_cast<double>(deviations.size());
}

}  // namespace lnn::training
