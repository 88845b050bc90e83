#pragma once

#include <functional>
#include <string>

#include "bench/options.h"
#include "bench/result.h"

namespace lnn::bench {

/// Measures all cases; `say` gets a line before each. Throws EnvironmentError when this machine has nothing
/// of what is selected or a process cannot be started.
Result run_bench(const BenchOptions& options, const std::function<void(const std::string&)>& say);

}  // namespace lnn::bench
