#include "sweep/memory_kills.h"

#include <fstream>
#include <sstream>
#include <utility>

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;

// 0 without such a file or line.
long value_of(const MemoryKills::Counter& counter) {
  std::ifstream file(counter.file);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key;
    long value = 0;
    if (words >> key >> value && key == counter.key) return value;
  }
  return 0;
}

// A container may show its own group as the root of the tree, whatever /proc/self/cgroup says.
fs::path existing(const fs::path& root, const std::string& group, const char* file) {
  std::error_code none;
  const fs::path own = root / fs::path(group).relative_path() / file;
  return fs::exists(own, none) ? own : root / file;
}

std::vector<MemoryKills::Counter> counters_of_this_process() {
  std::vector<MemoryKills::Counter> counters;
  std::ifstream groups("/proc/self/cgroup");  // lines "hierarchy:controllers:group"
  for (std::string line; std::getline(groups, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    const char* meaning = "its control group (the job, the container) had no memory left";
    if (controllers.empty())
      counters.push_back({existing("/sys/fs/cgroup", group, "memory.events"), "oom_kill", meaning});
    if (controllers == "memory")
      counters.push_back(
          {existing("/sys/fs/cgroup/memory", group, "memory.oom_control"), "oom_kill", meaning});
  }
  counters.push_back({"/proc/vmstat", "oom_kill", "the machine had no memory left"});
  return counters;
}

}  // namespace

MemoryKills::MemoryKills() : MemoryKills(counters_of_this_process()) {}

MemoryKills::MemoryKills(std::vector<Counter> counters, std::chrono::milliseconds period)
    : counters_(std::move(counters)),
      period_(period),
      newer_time_(Clock::now()),
      older_(read()),
      newer_(older_) {}

std::vector<long> MemoryKills::read() const {
  std::vector<long> values;
  for (const Counter& counter : counters_) values.push_back(value_of(counter));
  return values;
}

// Two moments, so that even right after a new one there is another to compare with.
void MemoryKills::look() {
  if (Clock::now() - newer_time_ < period_) return;
  older_ = std::exchange(newer_, read());
  newer_time_ = Clock::now();
}

std::optional<std::string> MemoryKills::recent() const {
  const std::vector<long> now = read();
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (now[i] > older_[i]) return counters_[i].meaning;
  }
  return std::nullopt;
}

}  // namespace lnn::sweep
