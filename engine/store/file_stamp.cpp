#include "store/file_stamp.h"

#include <chrono>

#include "base/error.h"
#include "store/sealed_file.h"
#include "store/trial_file.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

FileStamp size_and_time(const fs::path& path) {
  std::error_code absent;
  const std::uintmax_t bytes = fs::file_size(path, absent);
  if (absent) return {};
  const fs::file_time_type time = fs::last_write_time(path, absent);
  if (absent) return {};
  const auto since_epoch = std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  return {bytes, static_cast<std::uint64_t>(since_epoch.count()), 0};
}

bool is_whole(const fs::path& path) {
  try {
    read_sealed(path, schema_version);
    return true;
  } catch (const EnvironmentError&) {
    return false;
  }
}

}  // namespace

FileStamp stamp_of(const fs::path& path) {
  FileStamp stamp = size_and_time(path);
  // Nothing but a file has a size: opening a named pipe would wait forever.
  if (stamp.bytes > 0) stamp.checksum = claimed_checksum(path);
  return stamp;
}

bool is_unchanged(const fs::path& path, const FileStamp& stamp) {
  const FileStamp now = size_and_time(path);
  if (now.bytes == 0 || now.bytes != stamp.bytes) return false;
  if (now.time == stamp.time) return true;
  return stamp.checksum != 0 && claimed_checksum(path) == stamp.checksum && is_whole(path);
}

}  // namespace lnn::store
