#pragma once

#include "training/options.h"

namespace lnn::training {

/// Learning rate of the zero-based pass `t` over a phase's data (an epoch, unless several passes make one).
/// cosine: eta_min + (lr - eta_min)(1 + cos(pi t / t_max))/2 for all t, so it rises again after t_max (period
/// 2 t_max), as PyTorch's CosineAnnealingLR does and paper A's code relies on.
/// steps: the rate of the last step that has begun (paper B's code, which says so in nested selects).
double learning_rate(Schedule schedule, const Phase& phase, int t);

}  // namespace lnn::training
