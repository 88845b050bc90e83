#include "training/schedule.h"

#include <cmath>
#include <numbers>

namespace lnn::training {

double learning_rate(Schedule schedule, const Phase& phase, int t) {
  if (schedule == Schedule::constant) return phase.learning_rate;
  const double angle = std::numbers::pi * t / phase.t_max;
  return phase.eta_min + (phase.learning_rate - phase.eta_min) * (1 + std::cos(angle)) / 2;
}

}  // namespace lnn::training
