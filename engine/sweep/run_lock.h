#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace lnn::sweep {

/// Who works in a run directory: the lock file's text.
struct LockHolder {
  std::string host = "unknown host";
  long pid = 0;
  std::string start;  ///< ISO 8601, UTC
};

/// The right to work in a run directory, held until destruction or death: the kernel's lock on the file
/// RUN/lock, so a file that a dead process left behind locks nothing.
class RunLock {
 public:
  /// Waits up to 2 s for the lock (ranks of a killed job live on for a second). Throws EnvironmentError when
  /// somebody else holds it, naming host and process, or when the file cannot be written.
  explicit RunLock(const std::filesystem::path& path);
  ~RunLock();
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;

  /// Who holds the lock now, without touching it; nothing when nobody does.
  static std::optional<LockHolder> holder(const std::filesystem::path& path);

 private:
  int descriptor_ = -1;
};

}  // namespace lnn::sweep
