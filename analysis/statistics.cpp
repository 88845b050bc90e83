#include "analysis/statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace lnn::analysis {
namespace {

/// Position of the first digit: 0 for 1..9.99, -2 for 0.01..0.0999.
int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(std::abs(value))));
}

// Rounding to two digits may carry: 0.00996 becomes 0.010, whose first digit stands one place higher.
int exponent_of_spread(double spread) {
  const int exponent = exponent_of(spread);
  return exponent_of(std::round(spread * std::pow(10.0, 1 - exponent))) - 1 + exponent;
}

double rounded(double value, int decimals) {
  const double unit = std::pow(10.0, -decimals);
  return decimals < 0 ? std::round(value / unit) * unit : value;
}

std::string fixed(double value, int decimals) {
  return fmt::format("{:.{}f}", rounded(value, decimals), std::max(decimals, 0));
}

// A spread far below the mean (nearly equal runs) must not print dozens of digits.
std::string nearly_equal(const Summary& summary) {
  return fmt::format("{:.7g} ± {:.1e}", summary.mean, summary.deviation);
}

std::string mean_and_spread(const Summary& summary) {
  constexpr double smallest_relative_spread = 1e-6;
  const double size = std::max(std::abs(summary.mean), summary.deviation);
  if (summary.deviation < smallest_relative_spread * size) return nearly_equal(summary);
  const int decimals = 1 - exponent_of_spread(summary.deviation);
  const int exponent = exponent_of(size);
  if (exponent >= -4 && exponent < 6) {
    return fmt::format("{} ± {}", fixed(summary.mean, decimals), fixed(summary.deviation, decimals));
  }
  const double unit = std::pow(10.0, exponent);
  return fmt::format("({} ± {})e{:+03d}", fixed(summary.mean / unit, decimals + exponent),
                     fixed(summary.deviation / unit, decimals + exponent), exponent);
}

}  // namespace

Summary summarize(std::span<const double> values) {
  Summary summary;
  summary.count = values.size();
  if (values.empty()) return summary;
  const auto count = static_cast<double>(values.size());
  summary.minimum = *std::ranges::min_element(values);
  summary.maximum = *std::ranges::max_element(values);
  // The sum's rounding would give equal values a spread.
  const bool equal = summary.minimum == summary.maximum;
  summary.mean = equal ? values.front() : std::accumulate(values.begin(), values.end(), 0.0) / count;
  if (equal) return summary;
  double squares = 0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(squares / (count - 1));
  return summary;
}

std::string to_text(const Summary& summary) {
  if (summary.count == 0) return "-";
  const std::string value =
      summary.deviation > 0 ? mean_and_spread(summary) : fmt::format("{:.4g}", summary.mean);
  return fmt::format("{} (n={})", value, summary.count);
}

double reduction_percent(double mean, double reference) {
  return 100 * (1 - mean / reference);
}

}  // namespace lnn::analysis
