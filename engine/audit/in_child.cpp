#include "audit/in_child.h"

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

#include "base/error.h"

namespace lnn::audit {
namespace {

[[noreturn]] void work_and_exit(const std::function<void(const Say&)>& work, int output) {
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  const Say say = [output](const std::string& text) {
    const std::string line = text + "\n";
    for (std::size_t done = 0; done < line.size();) {
      const ssize_t count = write(output, line.data() + done, line.size() - done);
      if (count <= 0) _exit(1);
      done += static_cast<std::size_t>(count);
    }
  };
  try {
    work(say);
    _exit(0);
  } catch (const std::exception&) {
    _exit(1);
  }
}

// Reads lines until the other end is closed; false when nothing came for too long.
bool read_all(int input, const Say& hear, std::chrono::seconds patience) {
  std::string buffer;
  std::array<char, 4096> chunk{};
  for (;;) {
    pollfd wait{input, POLLIN, 0};
    const int ready = poll(&wait, 1, static_cast<int>(std::chrono::milliseconds(patience).count()));
    if (ready == 0) return false;
    if (ready < 0) continue;
    const ssize_t count = read(input, chunk.data(), chunk.size());
    if (count <= 0) return true;
    buffer.append(chunk.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = buffer.find('\n')) != std::string::npos; buffer.erase(0, end + 1)) {
      hear(buffer.substr(0, end));
    }
  }
}

std::string ending(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) return fmt::format("it was killed by SIG{}", sigabbrev_np(WTERMSIG(status)));
  return WEXITSTATUS(status) == 0 ? "" : "it ended with an error";
}

}  // namespace

std::string in_child(const std::function<void(const Say& say)>& work, const Say& hear,
                     std::chrono::seconds patience) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw_environment_error("no pipe can be made ({}).", std::strerror(errno));
  const pid_t child = fork();
  if (child < 0) throw_environment_error("no process can be made ({}).", std::strerror(errno));
  if (child == 0) {
    close(ends[0]);
    work_and_exit(work, ends[1]);
  }
  close(ends[1]);
  const bool lively = read_all(ends[0], hear, patience);
  close(ends[0]);
  if (!lively) kill(child, SIGKILL);
  const std::string problem = ending(child);
  return lively ? problem : fmt::format("it did nothing for {} s", patience.count());
}

}  // namespace lnn::audit
