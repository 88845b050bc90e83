#include "audit/marked_processes.h"

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds nap{20};

std::optional<pid_t> pid_of(const fs::path& entry) {
  const std::string name = entry.filename();
  pid_t pid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
  return error == std::errc() && end == name.data() + name.size() ? std::optional(pid) : std::nullopt;
}

// Empty for processes of others, and for those that have ended and wait to be reaped.
std::string environment_of(const fs::path& entry) {
  std::ifstream file(entry / "environ", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool carries(const std::string& environment, const std::string& mark) {
  const std::string variable = mark + '\0';
  return environment.starts_with(variable) || environment.find('\0' + variable) != std::string::npos;
}

Role role_of(const fs::path& entry) {
  std::error_code gone;
  const std::string program = fs::read_symlink(entry / "exe", gone).filename();
  if (program.starts_with("lnn-sweep") && !program.starts_with("lnn-sweep-")) return Role::sweep;
  return program.starts_with("lnn-") ? Role::trial : Role::launcher;
}

}  // namespace

std::string new_mark() {
  return fmt::format("LNN_DRILL={}.{}.{:.6f}", host_name(), getpid(), unix_seconds());
}

std::vector<MarkedProcess> marked_processes(const std::string& mark) {
  std::vector<MarkedProcess> found;
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto pid = pid_of(entry.path());
    if (pid && carries(environment_of(entry.path()), mark)) found.push_back({*pid, role_of(entry.path())});
  }
  return found;
}

bool all_gone(const std::string& mark, std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!marked_processes(mark).empty()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(nap);
  }
  return true;
}

Janitor::~Janitor() {
  // Those that are killed may just have started others.
  for (int round = 0; round < 100; ++round) {
    const auto living = marked_processes(mark_);
    if (living.empty()) return;
    for (const MarkedProcess& process : living) kill(process.pid, SIGKILL);
    std::this_thread::sleep_for(nap);
  }
}

}  // namespace lnn::audit
