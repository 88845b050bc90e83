#pragma once

#include <string>

/// Times and places as the event log and the result files hold them.
namespace lnn {

/// Seconds since 1970-01-01 UTC [s].
double unix_seconds();

/// "2026-01-31T12:34:56Z"; `time` in seconds since 1970-01-01 UTC.
std::string iso_time(double time);

/// A duration [s] for people: "4.2 s", "1:05", "2:03:04".
std::string duration_text(double seconds);

/// Reads a length of time as [s]: "90", "90s", "45m", "12h", "2d", "HH:MM:SS", "MM:SS" or, as Slurm has it,
/// "D-HH:MM:SS". Throws UserError, naming `option`, for anything else and for 0.
double parse_duration(const std::string& text, const std::string& option);

/// Name of this machine, "unknown-host" when the system does not tell.
std::string host_name();

}  // namespace lnn
