#include "bench/times.h"

#include <algorithm>

#include "base/error.h"

namespace lnn::bench {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double Times::median() const {
  invariant(!seconds_.empty(), "a median needs a measurement");
  std::vector<double> sorted = seconds_;
  std::ranges::sort(sorted);
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double Times::best() const {
  invariant(!seconds_.empty(), "a best time needs a measurement");
  return *std::ranges::min_element(seconds_);
}

}  // namespace lnn::bench
