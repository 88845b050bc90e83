#pragma once

#include <filesystem>
#include <random>

/// What crashes, disks and people do to the files of a run, done on purpose. All throw EnvironmentError when
/// the file cannot be written.
namespace lnn::audit {

/// Inverts one bit at a random place. Precondition: the file is not empty.
void flip_bit(const std::filesystem::path& path, std::mt19937_64& random);

/// Cuts the file at a random place before its end. Precondition: the file is not empty.
void truncate_file(const std::filesystem::path& path, std::mt19937_64& random);

/// Appends the beginning of an event, as a writer leaves it that is killed in the middle of a line.
void tear_event_line(const std::filesystem::path& events);

/// A lock file whose owner, on this machine, is long dead.
void leave_stale_lock(const std::filesystem::path& lock);

}  // namespace lnn::audit
