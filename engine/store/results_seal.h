#pragma once

#include <filesystem>

/// Whether a collected file is whole. Its table and plan have checksums of their own; histories, models and
/// rollouts have not, and HDF5 1.10 does not survive every damaged file.
///
/// The last line of the file, behind all that HDF5 knows of (it ignores it), is
///
///   lnn-sweep results, 1712345678 bytes, crc32 89abcdef
namespace lnn::store {

/// Appends the line to a complete file. Throws EnvironmentError when that is impossible.
void seal_results(const std::filesystem::path& path);

/// Reads the whole file (about a second per gigabyte) and compares. Returns false when it has no such line:
/// older versions wrote none. Throws EnvironmentError when the file is not what was sealed, or unreadable.
bool check_results_seal(const std::filesystem::path& path);

}  // namespace lnn::store
