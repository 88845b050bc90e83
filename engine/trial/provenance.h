#pragma once

#include <map>
#include <string>

namespace lnn::trial {

/// Where a trial ran: build facts, host, processor, LibTorch in use. Times and options are added by
/// run_trial.
std::map<std::string, std::string> machine_provenance();

/// "2026-03-01T12:34:56Z".
std::string utc_now();

}  // namespace lnn::trial
