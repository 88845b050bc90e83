#pragma once

#include <filesystem>
#include <string>

namespace lnn::faults {

/// Damages a file in a random way: cut short, bits flipped, emptied, overwritten, replaced by `other` or by
/// something that is no file at all. Returns what was done, for messages.
std::string damage(const std::filesystem::path& file, const std::filesystem::path& other);

/// Copies a folder with the times of its files, as `cp -a` does.
void copy_with_times(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace lnn::faults
