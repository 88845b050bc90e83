#include "analysis/figures/gnuplot.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "base/error.h"
#include "base/files.h"

namespace lnn::figures {
namespace {

namespace fs = std::filesystem;

/// Where and how a program is started: its folder, and a file for what it says.
class SpawnPlace {
 public:
  SpawnPlace(const fs::path& folder, const fs::path& messages) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                     0600);
    posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO, STDERR_FILENO);
    posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
  }
  ~SpawnPlace() { posix_spawn_file_actions_destroy(&actions_); }
  SpawnPlace(const SpawnPlace&) = delete;
  SpawnPlace& operator=(const SpawnPlace&) = delete;

  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// Starts a program of the PATH and waits for its end. Returns the error number when it cannot be started.
int run_program(std::vector<std::string> words, const SpawnPlace& place, int& status) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t child = -1;
  const int error = posix_spawnp(&child, arguments[0], place.get(), nullptr, arguments.data(), environ);
  if (error != 0) return error;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return 0;
}

std::string one_line(std::string text) {
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  text.erase(0, text.find_first_not_of(' '));
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

}  // namespace

void write_script(const Picture& picture, const fs::path& folder) {
  write_text_file(folder / (picture.name() + ".dat"), picture.data_text());
  write_text_file(folder / (picture.name() + ".gp"), picture.script());
}

fs::path draw(const std::string& name, const fs::path& folder, PictureFormat format) {
  const fs::path here = fs::absolute(folder);
  const fs::path messages = temporary_name(here / (name + ".messages"));
  int status = 0;
  const int error = run_program({"gnuplot", "-e", "format='" + to_name(format) + "'", name + ".gp"},
                                SpawnPlace(here, messages), status);
  std::string said;
  if (fs::exists(messages)) {
    said = one_line(read_text_file(messages));
    fs::remove(messages);
  }
  if (error != 0) {
    throw_environment_error(
        "gnuplot cannot be started ({}). Install it (Debian: apt-get install gnuplot-nox) and run the same "
        "command "
        "again; scripts and data are already in {}.",
        std::strerror(error), folder.string());
  }
  if (status != 0) {
    throw_environment_error("gnuplot could not draw {}/{}.gp ({}). gnuplot 5.2 or newer is needed{}.",
                            folder.string(), name, said.empty() ? "it says nothing" : said,
                            format == PictureFormat::svg ? "" : ", with its cairo terminals for png and pdf");
  }
  return folder / (name + "." + to_name(format));
}

}  // namespace lnn::figures
