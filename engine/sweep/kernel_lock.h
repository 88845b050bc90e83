#pragma once

#include <filesystem>

namespace lnn::sweep {

/// A file that the kernel locks for us (fcntl, locks of the open file): on local disks, NFS and Lustre. The
/// lock ends with the process, however that ends, so a file that was left behind locks nothing.
class KernelLock {
 public:
  enum class Answer { taken, busy, unsupported };
  enum class Kind { shared, exclusive };

  /// Opens or creates the file; nothing is locked yet. Throws EnvironmentError when it cannot be written.
  explicit KernelLock(const std::filesystem::path& path);
  ~KernelLock();
  KernelLock(const KernelLock&) = delete;
  KernelLock& operator=(const KernelLock&) = delete;

  /// Locks the whole file, or one byte of it. Throws EnvironmentError for any other trouble than Answer has.
  Answer try_file(Kind kind);
  Answer try_byte(int byte, Kind kind);
  void unlock_byte(int byte);
  void unlock();

  /// Replaces the file's text, which tells others who holds it. Throws EnvironmentError.
  void write(const std::string& text);

  /// Whether somebody has locked the file's first byte exclusively; asked without taking or writing anything.
  static bool is_held(const std::filesystem::path& path);

 private:
  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace lnn::sweep
