#pragma once

#include <string>

/// What this machine and this process look like from outside.
namespace lnn {

/// The processor's name as the system tells it, "unknown" when it does not.
std::string processor_name();

/// Processors that this process may run on.
int processor_count();

/// Processes that wanted a processor over the last minute, on average; -1 when the system does not tell.
double load_average();

/// Memory that this process holds now [MiB], shared libraries included.
double resident_mebibytes();

/// Threads of this process now.
int thread_count();

}  // namespace lnn
