#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "sweep/lock_holder.h"

/// Locks for file systems that have none: a file that its holder writes anew now and then. Clocks of
/// different machines are never compared: a holder elsewhere is gone when its file stood still while we
/// watched.
namespace lnn::sweep {

struct HeartbeatOptions {
  std::chrono::milliseconds every{10000};        ///< between two signs of life
  std::chrono::milliseconds stale_after{40000};  ///< a file that stands still this long is nobody's
  std::chrono::milliseconds nap{500};            ///< between two looks
};

/// A heartbeat file of our own, written anew by a thread: like a kernel's lock, it is held for as long as the
/// process lives, whatever that is busy with.
class Heartbeat {
 public:
  /// Creates the file; nothing when there is one already. Throws EnvironmentError when it cannot be written.
  static std::unique_ptr<Heartbeat> create(const std::filesystem::path& path, const LockHolder& holder,
                                           const HeartbeatOptions& options);
  /// Removes the file, if it still is ours.
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

  /// Throws EnvironmentError when somebody took the file over because this process had given no sign of life
  /// for too long.
  void require_held() const;
  bool is_ours() const;

 private:
  Heartbeat(std::filesystem::path path, LockHolder holder, const HeartbeatOptions& options, int descriptor);
  bool write();
  void start_beating();
  void keep_beating(const std::stop_token& end);

  std::filesystem::path path_;
  LockHolder holder_;
  HeartbeatOptions options_;
  int descriptor_;
  unsigned long beats_ = 0;
  std::atomic<bool> lost_ = false;
  std::mutex mutex_;
  std::condition_variable_any ending_;
  std::jthread beating_;
};

/// What a reader has seen of heartbeat files so far.
class HeartbeatWatch {
 public:
  explicit HeartbeatWatch(const HeartbeatOptions& options = {}) : options_(options) {}

  enum class Sign { gone, dead, unsure, alive };
  /// Looks once. A holder on this machine is known to live or not. One elsewhere is alive when its file has
  /// changed within the last 40 s, dead when it has not changed for so long since the first look, and until
  /// then unsure.
  Sign look(const std::filesystem::path& path);

 private:
  struct Seen {
    std::string text;
    std::chrono::steady_clock::time_point since;
    bool changed = false;
  };

  HeartbeatOptions options_;
  std::map<std::filesystem::path, Seen> seen_;
};

/// Watches until it is sure. The first of these files whose holder lives; nothing when none does, and the
/// files are then removed. Says on stderr that and why it waits.
std::optional<std::filesystem::path> find_living(const std::vector<std::filesystem::path>& files,
                                                 const HeartbeatOptions& options);

/// The text of a lock file, empty when there is none.
std::string read_lock_text(const std::filesystem::path& path);

}  // namespace lnn::sweep
