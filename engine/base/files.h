#pragma once

#include <filesystem>
#include <string>
#include <string_view>

/// Files that are either wholly there or not there at all.
namespace lnn {

/// The whole text of `path`. Throws EnvironmentError naming the file and the system's reason.
std::string read_text_file(const std::filesystem::path& path);

/// A name beside `path` that no other process uses: "<path>.tmp.<host>.<pid>.<counter>".
std::filesystem::path temporary_name(const std::filesystem::path& path);

/// Makes a completely written temporary file the file `path`: fsync, rename, fsync of the folder. After a
/// crash at any point `path` holds either its old or its new content. Throws EnvironmentError (and removes
/// the temporary).
void commit_file(const std::filesystem::path& temporary, const std::filesystem::path& path);

/// Writes `text` to `path` through a temporary and commit_file. Throws EnvironmentError.
void write_text_file(const std::filesystem::path& path, std::string_view text);

/// The same for a file that can always be written again: does not wait for the disk, so that after a power
/// cut the file may be empty. Readers still see its old or its new content. Throws EnvironmentError.
void replace_text_file(const std::filesystem::path& path, std::string_view text);

}  // namespace lnn
