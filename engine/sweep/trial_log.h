#pragma once

#include <filesystem>
#include <string>

#include "sweep/slot.h"

/// RUN/logs/<id>.log: what a trial printed, attempt after attempt.
namespace lnn::sweep {

/// A line of the supervisor's own.
void append_to_log(const std::filesystem::path& log, const std::string& line);

/// Starts the attempt in the logs of all the job's trials. The process writes to that of the first.
void open_logs(const Job& job);

/// The last line of the present attempt that says something; empty when there is none.
std::string last_log_line(const std::filesystem::path& log);

}  // namespace lnn::sweep
