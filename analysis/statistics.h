#pragma once

#include <cstddef>
#include <span>
#include <string>

/// What several runs of one arm have in common, and how to print it.
namespace lnn::analysis {

/// In the unit of the values. All zero when there are none.
struct Summary {
  std::size_t count = 0;
  double mean = 0;
  double deviation = 0;  ///< sample standard deviation (divisor count - 1); 0 below two values
  double minimum = 0;
  double maximum = 0;
};

/// Precondition: all values are finite.
Summary summarize(std::span<const double> values);

/// Mean and spread, the spread with two digits and the mean to the same place: "0.0123 ± 0.0011 (n=2)",
/// "(1.23 ± 0.11)e-07 (n=3)". One value has no spread: four digits, "0.01234 (n=1)". No values: "-".
std::string to_text(const Summary& summary);

/// How much lower `mean` is than `reference`, in percent: 100 (1 - mean / reference). Negative when higher.
/// Precondition: reference != 0.
double reduction_percent(double mean, double reference);

}  // namespace lnn::analysis
