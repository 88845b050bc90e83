#include "sweep/kernel_lock.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.h"

namespace lnn::sweep {
namespace {

struct flock range(short type, off_t start, off_t length) {
  struct flock lock {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  lock.l_start = start;
  lock.l_len = length;
  return lock;
}

constexpr off_t to_the_end = 0;

// Locks of the open file, not of the process: they survive other descriptors being closed.
KernelLock::Answer try_lock(int descriptor, KernelLock::Kind kind, off_t start, off_t length) {
  const short type = kind == KernelLock::Kind::shared ? F_RDLCK : F_WRLCK;
  struct flock lock = range(type, start, length);
  int result = 0;
  do {
    result = fcntl(descriptor, F_OFD_SETLK, &lock);
  } while (result != 0 && errno == EINTR);
  if (result == 0) return KernelLock::Answer::taken;
  if (errno == EAGAIN || errno == EACCES) return KernelLock::Answer::busy;
  if (errno == ENOLCK || errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL) {
    return KernelLock::Answer::unsupported;
  }
  throw_environment_error(
      "the run's lock file cannot be locked ({}). Check the file system; LNN_LOCK=heartbeat does without its "
      "locks.",
      std::strerror(errno));
}

void release(int descriptor, off_t start, off_t length) {
  struct flock lock = range(F_UNLCK, start, length);
  fcntl(descriptor, F_OFD_SETLK, &lock);
}

}  // namespace

KernelLock::KernelLock(const std::filesystem::path& path)
    : path_(path), descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
  if (descriptor_ < 0) {
    throw_environment_error("{}: cannot be created ({}). Choose an --out where you may write.", path.string(),
                            std::strerror(errno));
  }
}

KernelLock::~KernelLock() {
  close(descriptor_);
}

KernelLock::Answer KernelLock::try_file(Kind kind) {
  return try_lock(descriptor_, kind, 0, to_the_end);
}

KernelLock::Answer KernelLock::try_byte(int byte, Kind kind) {
  return try_lock(descriptor_, kind, byte, 1);
}

void KernelLock::unlock_byte(int byte) {
  release(descriptor_, byte, 1);
}

void KernelLock::unlock() {
  release(descriptor_, 0, to_the_end);
}

void KernelLock::write(const std::string& text) {
  if (ftruncate(descriptor_, 0) != 0 ||
      pwrite(descriptor_, text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    throw_environment_error("{}: cannot be written ({}). Free space and run again.", path_.string(),
                            std::strerror(errno));
  }
}

bool KernelLock::is_held(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  struct flock lock = range(F_RDLCK, 0, 1);
  const bool held = fcntl(descriptor, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(descriptor);
  return held;
}

}  // namespace lnn::sweep
