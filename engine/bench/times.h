#pragma once

#include <chrono>
#include <vector>

namespace lnn::bench {

using Clock = std::chrono::steady_clock;  // monotonic

double seconds_since(Clock::time_point start);

/// Durations of many calls of one thing [s].
class Times {
 public:
  void add(double seconds) { seconds_.push_back(seconds); }
  long count() const { return static_cast<long>(seconds_.size()); }
  /// The middle call; the mean of the two middle ones of an even number. Precondition: count() > 0.
  double median() const;
  /// The shortest call. Precondition: count() > 0.
  double best() const;

 private:
  std::vector<double> seconds_;
};

}  // namespace lnn::bench
