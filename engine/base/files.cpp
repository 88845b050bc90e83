#include "base/files.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/clock.h"
#include "base/error.h"

namespace lnn {
namespace {

namespace fs = std::filesystem;

// fsync works on descriptors, of folders too.
bool sync_path(const fs::path& path, int flags) {
  const int descriptor = open(path.c_str(), flags | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = fsync(descriptor) == 0;
  const int reason = errno;
  close(descriptor);
  errno = reason;
  return synced;
}

[[noreturn]] void give_up(const fs::path& temporary, const fs::path& path, const char* step) {
  const int reason = errno;
  std::error_code ignored;
  fs::remove(temporary, ignored);
  throw_environment_error("{}: cannot {} ({}). Free space or fix the permissions of {} and run again.",
                          path.string(), step, std::strerror(reason), path.parent_path().string());
}

fs::path write_temporary(const fs::path& path, std::string_view text) {
  fs::path temporary = temporary_name(path);
  std::ofstream file(temporary, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) give_up(temporary, path, "be written");
  return temporary;
}

}  // namespace

std::string read_text_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    throw_environment_error("{}: cannot be read ({}). Check the path and its permissions.", path.string(),
                            fs::is_directory(path) ? "it is a folder" : std::strerror(errno));
  }
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

fs::path temporary_name(const fs::path& path) {
  static std::atomic<unsigned> counter{0};
  return path.string() + fmt::format(".tmp.{}.{}.{}", host_name(), getpid(), counter++);
}

void commit_file(const fs::path& temporary, const fs::path& path) {
  if (!sync_path(temporary, O_RDWR)) give_up(temporary, path, "be written to disk");
  if (std::rename(temporary.c_str(), path.c_str()) != 0) give_up(temporary, path, "be put in place");
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  if (!sync_path(folder, O_RDONLY | O_DIRECTORY)) give_up(temporary, path, "be recorded in its folder");
}

void write_text_file(const fs::path& path, std::string_view text) {
  commit_file(write_temporary(path, text), path);
}

void replace_text_file(const fs::path& path, std::string_view text) {
  const fs::path temporary = write_temporary(path, text);
  if (std::rename(temporary.c_str(), path.c_str()) != 0) give_up(temporary, path, "be put in place");
}

}  // namespace lnn
