#pragma once

#include "bench/result.h"

namespace lnn::bench {

/// Where and when this process runs; the threads are those it has now.
Machine machine_facts();

}  // namespace lnn::bench
