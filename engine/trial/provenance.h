#pragma once

#include <map>
#include <string>

namespace lnn::trial {

/// Where a trial runs: build facts, host, processor, device. Times and options are added by run_trial.
std::map<std::string, std::string> machine_provenance();

}  // namespace lnn::trial
