#include "learned/fits.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.h"

namespace lnn::learned {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

bool usable(std::span<const double> values) {
  return !values.empty() && std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

template <class Term>
double mean_of(std::size_t count, const Term& term) {
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) sum += term(k);
  const double result = sum / static_cast<double>(count);
  return std::isfinite(result) ? result : nan;
}

}  // namespace

LineFit fit_line(std::span<const double> x, std::span<const double> y) {
  invariant(x.size() == y.size(), "every x has a y");
  constexpr double same = 1e-12;
  if (!usable(x) || !usable(y) || deviation(x) <= same * rms(x)) return {nan, nan, nan};
  const double x_mean = mean(x);
  const double y_mean = mean(y);
  const auto product = [&](std::size_t k) { return (x[k] - x_mean) * (y[k] - y_mean); };
  const double spread = deviation(x);
  const double slope = mean_of(x.size(), product) / (spread * spread);
  const double intercept = y_mean - slope * x_mean;
  // From the means, so that a large common offset of x costs no digits.
  const auto square = [&](std::size_t k) { return std::pow(y[k] - y_mean - slope * (x[k] - x_mean), 2); };
  return {slope, intercept, std::sqrt(mean_of(x.size(), square))};
}

LineFit fit_power_law(std::span<const double> x, std::span<const double> y) {
  std::vector<double> log_x;
  std::vector<double> log_y;
  for (const double value : x) log_x.push_back(std::log(value));
  for (const double value : y) log_y.push_back(std::log(std::abs(value)));
  return fit_line(log_x, log_y);
}

double quantile(std::vector<double> values, double p) {
  if (!usable(values)) return nan;
  const auto rank = static_cast<std::size_t>(std::ceil(p * static_cast<double>(values.size())));
  const auto found = values.begin() + static_cast<std::ptrdiff_t>(std::max<std::size_t>(rank, 1) - 1);
  std::nth_element(values.begin(), found, values.end());
  return *found;
}

double mean(std::span<const double> values) {
  return mean_of(values.size(), [&](std::size_t k) { return values[k]; });
}

double rms(std::span<const double> values) {
  return std::sqrt(mean_of(values.size(), [&](std::size_t k) { return values[k] * values[k]; }));
}

double deviation(std::span<const double> values) {
  const double center = mean(values);
  return std::sqrt(mean_of(values.size(), [&](std::size_t k) { return std::pow(values[k] - center, 2); }));
}

double mean_absolute_difference(std::span<const double> one, std::span<const double> other) {
  invariant(one.size() == other.size(), "every value has its counterpart");
  return mean_of(one.size(), [&](std::size_t k) { return std::abs(one[k] - other[k]); });
}

}  // namespace lnn::learned
