#pragma once

#include "training/options.h"

namespace lnn::training {

/// Learning rate of the zero-based epoch `t` of a phase.
/// cosine: eta_min + (lr - eta_min)(1 + cos(pi t / t_max))/2 for all t, so it rises again after t_max (period
/// 2 t_max), as PyTorch's CosineAnnealingLR does and paper A's code relies on.
double learning_rate(Schedule schedule, const Phase& phase, int t);

}  // namespace lnn::training
