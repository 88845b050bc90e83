#include "sweep/process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/error.h"

namespace lnn::sweep {
namespace {

// A trial that never ends its line must not fill our memory.
constexpr std::size_t longest_line = 1 << 16;

struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
};

struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
};

void detach_from_us(Attributes& attributes) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &all);
  posix_spawnattr_setpgroup(&attributes.value, 0);
  posix_spawnattr_setflags(&attributes.value,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

bool set_by_launcher(std::string_view variable) {
  constexpr std::array prefixes{"OMPI_", "PMIX_", "PMI_", "ORTE_"};
  return std::ranges::any_of(prefixes, [&](const char* prefix) { return variable.starts_with(prefix); });
}

bool sets_threads(std::string_view variable) {
  constexpr std::array names{"OMP_NUM_THREADS=", "OPENBLAS_NUM_THREADS=", "MKL_NUM_THREADS="};
  return std::ranges::any_of(names, [&](const char* name) { return variable.starts_with(name); });
}

bool names_devices(std::string_view variable) {
  return variable.starts_with("CUDA_VISIBLE_DEVICES=");
}

[[noreturn]] void refuse_to_start(const Command& command) {
  throw_environment_error("{}: cannot be started (no pipe: {}). Raise the limit of open files.",
                          command.program.string(), std::strerror(errno));
}

}  // namespace

bool same_process(const Command& one, const Command& other) {
  return one.program == other.program && one.arguments == other.arguments &&
         one.environment == other.environment;
}

Process::Process(Command command) : command_(std::move(command)) {
  std::array<int, 2> input_ends{};
  // A socket, for writing to one whose other end is gone can be done without SIGPIPE.
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input_ends.data()) != 0) refuse_to_start(command_);
  input_ = input_ends[0];
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    close_input();
    close(input_ends[1]);
    refuse_to_start(command_);
  }
  output_ = pipe_ends[0];
  fcntl(output_, F_SETFL, O_NONBLOCK);

  Actions actions;
  posix_spawn_file_actions_adddup2(&actions.value, input_ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions.value, pipe_ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions.value, STDERR_FILENO, command_.log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0666);
  // MPI and HDF5 open files of their own, and the lock on the run directory must not be inherited.
  posix_spawn_file_actions_addclosefrom_np(&actions.value, STDERR_FILENO + 1);
  Attributes attributes;
  detach_from_us(attributes);

  std::vector<std::string> words{command_.program.string()};
  words.insert(words.end(), command_.arguments.begin(), command_.arguments.end());
  const int failure = posix_spawn(&pid_, command_.program.c_str(), &actions.value, &attributes.value,
                                  pointers(words).data(), pointers(command_.environment).data());
  close(input_ends[1]);
  close(pipe_ends[1]);
  if (failure != 0) {
    close_input();
    close_output();
    throw_environment_error(
        "{}: cannot be started with log {} ({}). Check that both paths exist on this machine and their "
        "permissions.",
        command_.program.string(), command_.log.string(), std::strerror(failure));
  }
}

Process::~Process() {
  close_input();
  close_output();
  if (status_) return;
  signal(SIGKILL);
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void Process::send(const std::string& text) {
  outgoing_ += text;
  flush();
}

void Process::flush() {
  while (input_ >= 0 && !outgoing_.empty()) {
    const ssize_t count = ::send(input_, outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      outgoing_.erase(0, static_cast<std::size_t>(count));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return;
    } else if (errno != EINTR) {
      close_input();
    }
  }
  if (input_ < 0) outgoing_.clear();
}

void Process::close_input() {
  if (input_ >= 0) close(input_);
  input_ = -1;
}

void Process::close_output() {
  if (output_ >= 0) close(output_);
  output_ = -1;
}

std::vector<std::string> Process::read_lines() {
  flush();
  std::array<char, 4096> chunk{};
  while (output_ >= 0) {
    const ssize_t count = read(output_, chunk.data(), chunk.size());
    if (count > 0) {
      buffer_.append(chunk.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      close_output();
      if (!buffer_.empty() && buffer_.back() != '\n') buffer_ += '\n';
    } else if (errno != EINTR) {
      break;
    }
    if (buffer_.size() > longest_line) break;
  }
  if (buffer_.size() > longest_line && buffer_.find('\n') == std::string::npos) buffer_ += '\n';

  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1) {
    lines.push_back(buffer_.substr(begin, end - begin));
  }
  buffer_.erase(0, begin);
  return lines;
}

std::optional<ExitStatus> Process::poll() {
  int raw = 0;
  rusage usage{};
  if (!status_ && wait4(pid_, &raw, WNOHANG, &usage) == pid_) {
    const double peak = static_cast<double>(usage.ru_maxrss) / 1024;
    status_ =
        WIFSIGNALED(raw) ? ExitStatus{true, WTERMSIG(raw), peak} : ExitStatus{false, WEXITSTATUS(raw), peak};
  }
  return status_;
}

void Process::signal(int number) const {
  if (!status_) kill(-pid_, number);
}

std::vector<std::string> trial_environment(int threads, const std::string& visible_device) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const bool replaced = !visible_device.empty() && names_devices(*variable);
    if (!set_by_launcher(*variable) && !sets_threads(*variable) && !replaced)
      variables.emplace_back(*variable);
  }
  if (!visible_device.empty()) variables.push_back("CUDA_VISIBLE_DEVICES=" + visible_device);
  for (const char* name : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
    variables.push_back(fmt::format("{}={}", name, threads));
  }
  return variables;
}

}  // namespace lnn::sweep
