#include "analysis/figures/axis.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

std::string range_setting(char axis, Limits limits) {
  return fmt::format("set {}range [{}:{}]", axis, number(limits.low), number(limits.high));
}

std::string tic_number(int digit, int power) {
  if (power >= -3 && power <= 2) return fmt::format("{:g}", digit * std::pow(10.0, power));
  return digit == 1 ? fmt::format("10^{{{}}}", power) : fmt::format("{}·10^{{{}}}", digit, power);
}

std::string log_tic(int digit, int power, bool numbered) {
  if (!numbered) return fmt::format("'' {}e{} 1", digit, power);
  return fmt::format("{} {}e{}", literal(tic_number(digit, power)), digit, power);
}

/// `beyond` is the share of the axis right of the number's tic.
LastNumber last_number(char axis, const std::string& text, double beyond) {
  constexpr double digit = 9.6;  // in DejaVu Sans, the widest of the fonts that stand in for Arial
  if (axis != 'x') return {};
  return {digit * static_cast<double>(width_of(text)), beyond};
}

}  // namespace

Limits log_limits(std::span<const Numbers> values, double largest_ratio) {
  double low = std::numeric_limits<double>::infinity();
  double high = 0;
  for (const Numbers& numbers : values) {
    for (const double value : numbers) {
      if (!std::isfinite(value) || value <= 0) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  if (high == 0) return {0.1, 10};
  high *= 1.3;
  low = std::max(low / 1.3, high / largest_ratio);
  const double widen = std::max(1.0, std::sqrt(4 * low / high));
  return {low / widen, high * widen};
}

Limits range_of(std::span<const double> values) {
  Limits limits{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    limits = {std::min(limits.low, value), std::max(limits.high, value)};
  }
  return limits.low <= limits.high ? limits : Limits{0, 0};
}

Settings linear_axis(char axis, Limits limits, int tics) {
  if (!(limits.span() > 0)) limits = {limits.low - 0.5, limits.high + 0.5};
  const double rough = limits.span() / tics;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power;
  for (const double digit : {2.0, 5.0, 10.0}) {
    if (std::abs(std::log(digit * power / rough)) < std::abs(std::log(step / rough))) step = digit * power;
  }
  const double last = step * std::floor(limits.high / step + 1e-9);
  return {{fmt::format("unset log {}", axis), range_setting(axis, limits),
           fmt::format("set {}tics {}", axis, number(step))},
          last_number(axis, number(last), (limits.high - last) / limits.span())};
}

Settings log_axis(char axis, Limits limits, int numbers) {
  const double decades = std::log10(limits.high / limits.low);
  const int step = std::max(1, static_cast<int>(std::ceil(decades / numbers)));
  std::vector<std::string> tics;
  LastNumber last;
  for (int power = static_cast<int>(std::floor(std::log10(limits.low))); power <= std::log10(limits.high);
       ++power) {
    for (int digit = 1; digit <= 9; ++digit) {
      const double value = digit * std::pow(10.0, power);
      if (value < limits.low || value > limits.high) continue;
      const bool round = digit == 1 || (decades < 1.6 && (digit == 2 || digit == 5));
      const bool numbered = round && power % step == 0;
      tics.push_back(log_tic(digit, power, numbered));
      if (numbered)
        last = last_number(axis, tic_number(digit, power), std::log10(limits.high / value) / decades);
    }
  }
  return {{fmt::format("set log {}", axis), range_setting(axis, limits),
           fmt::format("set {}tics ({})", axis, fmt::join(tics, ", "))},
          last};
}

Settings angle_axis(char axis, bool numbered) {
  const char* tics = numbered ? "('0' 0, 'π' pi, '2π' 2*pi)" : "('' 0, '' pi, '' 2*pi)";
  return {{fmt::format("unset log {}", axis), fmt::format("set {}range [0:2*pi]", axis),
           fmt::format("set {}tics {}", axis, tics)},
          last_number(axis, numbered ? "2π" : "", 0)};
}

Settings operator+(Settings left, const Settings& right) {
  left.commands.insert(left.commands.end(), right.commands.begin(), right.commands.end());
  if (right.last_number.pixels > 0) left.last_number = right.last_number;
  return left;
}

}  // namespace lnn::figures
