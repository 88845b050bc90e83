#pragma once

#include <chrono>
#include <limits>
#include <optional>

namespace lnn::sweep {

/// When a sweep must have left, by a clock that nobody sets.
class Deadline {
 public:
  Deadline() = default;
  /// `seconds` from now on.
  explicit Deadline(double seconds)
      : length_(seconds),
        end_(Clock::now() +
             std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds))) {}

  bool exists() const { return end_.has_value(); }
  /// Seconds left, negative afterwards; infinite without a deadline.
  double left() const {
    if (!end_) return std::numeric_limits<double>::infinity();
    return std::chrono::duration<double>(*end_ - Clock::now()).count();
  }
  /// Of the whole time there was [s]; infinite without a deadline.
  double length() const { return length_; }

 private:
  using Clock = std::chrono::steady_clock;
  double length_ = std::numeric_limits<double>::infinity();
  std::optional<Clock::time_point> end_;
};

}  // namespace lnn::sweep
