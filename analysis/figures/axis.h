#pragma once

#include <span>
#include <string>
#include <vector>

/// Axes: their limits and tics, as gnuplot settings.
namespace lnn::figures {

using Numbers = std::vector<double>;
/// The last number under an x axis; half of it stands right of its tic.
struct LastNumber {
  double pixels = 0;  ///< its width
  double beyond = 0;  ///< share of the axis that lies right of its tic
};

/// Of one panel.
struct Settings {
  std::vector<std::string> commands = {};
  LastNumber last_number = {};  ///< of its x axis
};

struct Limits {
  double low = 0;
  double high = 1;

  double span() const { return high - low; }
};

/// Limits of a logarithmic axis around positive numbers: at least a factor of four apart, at most
/// `largest_ratio`. Other numbers are ignored; without any 0.1 to 10.
Limits log_limits(std::span<const Numbers> values, double largest_ratio = 1e8);

/// Smallest to largest finite number; 0 to 0 without any.
Limits range_of(std::span<const double> values);

/// A linear axis with about as many tics, at multiples of 1, 2 or 5 times a power of ten. `axis` is "x" or
/// "y".
Settings linear_axis(char axis, Limits limits, int tics);

/// A logarithmic axis with numbers at 1, 2 and 5 on a short one, at some powers of ten on a long one.
Settings log_axis(char axis, Limits limits, int numbers = 5);

/// An axis over a full turn, in rad; without numbers where a neighbor has them.
Settings angle_axis(char axis, bool numbered = true);

/// Both; two x axes do not belong together.
Settings operator+(Settings left, const Settings& right);

}  // namespace lnn::figures
