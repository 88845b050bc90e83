#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>

#include "base/error.h"

namespace lnn::training {

double learning_rate(Schedule schedule, const Phase& phase, int t) {
  if (schedule == Schedule::constant) return phase.learning_rate;
  if (schedule == Schedule::steps) {
    const auto next = std::ranges::upper_bound(phase.rates, t, {}, &RateStep::first_pass);
    invariant(next != phase.rates.begin(), "the first rate begins with pass 0");
    return std::prev(next)->rate;
  }
  const double angle = std::numbers::pi * t / phase.t_max;
  return phase.eta_min + (phase.learning_rate - phase.eta_min) * (1 + std::cos(angle)) / 2;
}

}  // namespace lnn::training
