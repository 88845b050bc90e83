#pragma once

#include <map>
#include <string>

namespace lnn::trial {

/// Where a trial runs: build facts, host, processor. Times, device and engine are added by run_trials.
std::map<std::string, std::string> machine_provenance();

}  // namespace lnn::trial
