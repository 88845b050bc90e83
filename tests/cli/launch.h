#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Starts programs as a person in a shell would, for end-to-end tests.

struct Finished {
  int code = -1;       ///< exit code, or 128 + signal
  std::string output;  ///< standard output and standard error together
};

/// A program in its own process group. Killed with everything it started when destroyed.
class Launched {
 public:
  /// `words[0]` is searched in PATH; `variables` are added to the environment.
  Launched(const std::vector<std::string>& words, const std::map<std::string, std::string>& variables,
           const std::filesystem::path& output);
  ~Launched();
  Launched(const Launched&) = delete;
  Launched& operator=(const Launched&) = delete;

  pid_t pid() const { return pid_; }
  /// To the program only, not to its group.
  void signal(int number) const;
  /// Waits for the end, at most this long (0: only looks). The code is -1 when it still runs.
  Finished wait(int seconds = 30);

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
  std::filesystem::path output_;
};
