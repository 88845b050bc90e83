#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace lnn::sweep {

/// Watches the kernel's own counts of processes that it killed because memory ran out, to tell such a SIGKILL
/// from any other.
class MemoryKills {
 public:
  /// A line "key N" of a file.
  struct Counter {
    std::filesystem::path file;
    std::string key;
    std::string meaning;  ///< completes "killed because ..."
  };

  /// The counts of this process's control group (version 1 or 2) and of the machine.
  MemoryKills();
  /// A new moment to compare with begins every `period`.
  explicit MemoryKills(std::vector<Counter> counters,
                       std::chrono::milliseconds period = std::chrono::seconds(10));

  /// To be called often; mostly free.
  void look();
  /// What proves that the kernel has killed something within about the last period; the nearest cause first.
  std::optional<std::string> recent() const;

 private:
  using Clock = std::chrono::steady_clock;
  std::vector<long> read() const;

  std::vector<Counter> counters_;
  Clock::duration period_;
  Clock::time_point newer_time_;
  std::vector<long> older_;
  std::vector<long> newer_;
};

}  // namespace lnn::sweep
