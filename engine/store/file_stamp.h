#pragma once

#include <cstdint>
#include <filesystem>

namespace lnn::store {

/// By which a trial's file is known to be the one that was read before.
struct FileStamp {
  std::uint64_t bytes = 0;
  std::uint64_t time = 0;      ///< of its last change, in nanoseconds of the file system's clock
  std::uint64_t checksum = 0;  ///< CRC-32 of its content, as its seal says (store/sealed_file.h)
};

/// All zero when there is no such file; the checksum is zero when it is not sealed.
FileStamp stamp_of(const std::filesystem::path& path);

/// Whether the file still is what it was: its size and time are the same; or, where only its time differs, as
/// in a copied run, it is whole and has the same checksum. Reads the file only then.
bool is_unchanged(const std::filesystem::path& path, const FileStamp& stamp);

}  // namespace lnn::store
