#pragma once

#include <memory>
#include <vector>

#include "bench/contender.h"
#include "bench/result.h"

namespace lnn::bench {

/// Times all contenders of a problem in this process and thread for about `seconds`, in turns: in every round
/// each one trains a few steps and validates a few batches, so that whatever slows the machine down meets
/// all. The first call of a turn only warms the caches. At least three rounds, however long they take.
/// `ceiling` is measured once a round. All fields but `worker` are filled.
CaseResult measure_case(const Problem& problem, const Selection& selection, double seconds, Ceiling& ceiling);

}  // namespace lnn::bench
