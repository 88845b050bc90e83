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

/// The most that it has held so far, or since forget_peak_memory() [MiB].
double peak_resident_mebibytes();
/// Lets peak_resident_mebibytes() start anew from what is held now, where the system allows that.
void forget_peak_memory();

/// Address space of this process for data of its own: heap, thread stacks, libraries' variables [MiB].
double data_mebibytes();

/// Threads of this process now.
int thread_count();

}  // namespace lnn
