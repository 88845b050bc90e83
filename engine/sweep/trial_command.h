#pragma once

#include <string>

#include "sweep/process.h"
#include "sweep/slot.h"

/// How a supervisor talks to the trial program (trial/protocol.h).
namespace lnn::sweep {

/// Starts a process that serves the job and others like it. With a `visible_device` it sees that one only.
Command serving_command(const Job& job, const std::string& visible_device);

/// Finds out whether the device of the job works.
Command device_check_command(const Job& job, const std::string& visible_device);

/// What a serving process is told to do this job, with the newline.
std::string request_line(const Job& job);

}  // namespace lnn::sweep
