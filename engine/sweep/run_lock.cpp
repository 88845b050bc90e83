#include "sweep/run_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::chrono::milliseconds patience{2000};
constexpr std::chrono::milliseconds nap{50};

// Locks of the open file, not of the process: they survive other descriptors being closed, work over NFS, and
// a reader can ask for the holder without taking them.
struct flock whole_file(short type) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

bool try_lock(int descriptor) {
  struct flock lock = whole_file(F_WRLCK);
  return fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
}

LockHolder read_holder(const fs::path& path) {
  std::ifstream file(path);
  const Json text = Json::parse(file, nullptr, false);
  if (!text.is_object()) return {};
  try {
    return {text.at("host"), text.at("pid"), text.at("start")};
  } catch (const Json::exception&) {
    return {};
  }
}

void write_holder(int descriptor) {
  const std::string text =
      Json{{"host", host_name()}, {"pid", getpid()}, {"start", iso_time(unix_seconds())}}.dump() + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_environment_error("the lock file cannot be written ({}). Free space and run again.",
                            std::strerror(errno));
  }
}

}  // namespace

RunLock::RunLock(const fs::path& path) : descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) {
    throw_environment_error("{}: cannot be created ({}). Choose an --out where you may write.", path.string(),
                            std::strerror(errno));
  }
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!try_lock(descriptor_)) {
    if (std::chrono::steady_clock::now() > deadline) {
      close(descriptor_);
      const LockHolder holder = read_holder(path);
      throw_environment_error(
          "{}: another sweep works here (process {} on {}, since {}). Wait for it or stop it; `lnn-sweep "
          "status {}` shows how far it is.",
          path.parent_path().string(), holder.pid, holder.host, holder.start, path.parent_path().string());
    }
    std::this_thread::sleep_for(nap);
  }
  try {
    write_holder(descriptor_);
  } catch (...) {
    close(descriptor_);
    throw;
  }
}

RunLock::~RunLock() {
  close(descriptor_);
}

std::optional<LockHolder> RunLock::holder(const fs::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::nullopt;
  struct flock lock = whole_file(F_RDLCK);
  const bool held = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(descriptor);
  return held ? std::optional(read_holder(path)) : std::nullopt;
}

}  // namespace lnn::sweep
