#pragma once

#include <span>
#include <vector>

/// The few statistics that comparing a model with the truth needs. A value that is not finite makes the
/// result NaN, and so does too little data.
namespace lnn::learned {

/// y ~ slope x + intercept by least squares.
struct LineFit {
  double slope = 0;
  double intercept = 0;
  double residual = 0;  ///< root mean square of y - slope x - intercept
};

/// NaN when all x are equal (to 1e-12 of their size). Precondition: as many y as x.
LineFit fit_line(std::span<const double> x, std::span<const double> y);

/// |y| ~ e^intercept x^slope: the line through (log x, log |y|). NaN when an x is not positive or a y is
/// zero.
LineFit fit_power_law(std::span<const double> x, std::span<const double> y);

/// The smallest of the values such that at least a share p of them (0 < p <= 1) is not larger: p = 0.5 is the
/// median, of an even number the lower one.
double quantile(std::vector<double> values, double p);

double mean(std::span<const double> values);
/// Root mean square.
double rms(std::span<const double> values);
/// Root mean square of the differences from the mean.
double deviation(std::span<const double> values);
/// Mean of |one - other|. Precondition: same size.
double mean_absolute_difference(std::span<const double> one, std::span<const double> other);

}  // namespace lnn::learned
