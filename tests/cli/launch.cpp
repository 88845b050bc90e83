#include "launch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "base/files.h"

Launched::Launched(const std::vector<std::string>& words, const std::map<std::string, std::string>& variables,
                   const std::filesystem::path& output)
    : output_(output) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int file = open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  pid_ = fork();
  if (pid_ != 0) {
    close(file);
    return;
  }
  setpgid(0, 0);
  for (const auto& [name, value] : variables) setenv(name.c_str(), value.c_str(), 1);
  dup2(file, STDOUT_FILENO);
  dup2(file, STDERR_FILENO);
  execvp(arguments[0], arguments.data());
  _exit(127);
}

Launched::~Launched() {
  kill(-pid_, SIGKILL);
  if (!ended_) waitpid(pid_, nullptr, 0);
}

void Launched::signal(int number) const {
  kill(pid_, number);
}

Finished Launched::wait(int seconds) {
  for (int i = 0; !ended_; ++i) {
    ended_ = waitpid(pid_, &status_, WNOHANG) == pid_;
    if (ended_ || i >= 100 * seconds) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  Finished finished;
  finished.output = lnn::read_text_file(output_);
  if (!ended_) {
    finished.output += "\n(still running after " + std::to_string(seconds) + " s)";
  } else {
    finished.code = WIFSIGNALED(status_) ? 128 + WTERMSIG(status_) : WEXITSTATUS(status_);
  }
  return finished;
}
