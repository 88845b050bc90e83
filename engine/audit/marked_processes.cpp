#include "audit/marked_processes.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
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

// What a terminal or a batch system sends to all processes of a group must not end the one that cleans up.
[[noreturn]] void wait_and_clean(int lifeline, const std::string& mark) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2}) std::signal(number, SIG_IGN);
  char nothing = 0;
  while (read(lifeline, &nothing, 1) < 0 && errno == EINTR) {
  }
  kill_marked(mark);
  _exit(0);
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

void kill_marked(const std::string& mark) {
  // Those that are killed may just have started others, whose environment cannot be seen at once.
  int quiet_looks = 0;
  for (int look = 0; look < 100 && quiet_looks < 2; ++look) {
    const auto living = marked_processes(mark);
    quiet_looks = living.empty() ? quiet_looks + 1 : 0;
    for (const MarkedProcess& process : living) kill(process.pid, SIGKILL);
    std::this_thread::sleep_for(nap);
  }
}

Janitor::Janitor(const std::string& mark) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0)
    throw_environment_error("no pipe can be made ({}). Raise the limit of open files.", std::strerror(errno));
  child_ = fork();
  if (child_ < 0) throw_environment_error("no process can be made ({}).", std::strerror(errno));
  if (child_ == 0) {
    close(ends[1]);
    wait_and_clean(ends[0], mark);
  }
  close(ends[0]);
  lifeline_ = ends[1];
}

Janitor::~Janitor() {
  close(lifeline_);
  while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace lnn::audit
