#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// One child process that is written to and whose standard output is read line by line.
namespace lnn::sweep {

struct Command {
  std::filesystem::path program;
  std::vector<std::string> arguments;    ///< without the program's own name
  std::vector<std::string> environment;  ///< complete, "NAME=value"
  std::filesystem::path log;             ///< standard error is appended here
};

/// Whether a process that the one has started could as well be the other's; logs are no difference.
bool same_process(const Command& one, const Command& other);

struct ExitStatus {
  bool by_signal = false;
  int code = 0;            ///< the signal's number, or the exit code
  double peak_memory = 0;  ///< the most that the process held, resident [MiB]
};

/// Starts the command in its own process group (a terminal's Ctrl-C does not reach it), with every signal at
/// its default, what send() is given as standard input and no other file of ours open. Nothing here ever
/// blocks, but for the moment that a killed child needs to be gone in the destructor. Must be
/// created on the main thread: a child guarded by die_with_parent() dies with the thread that created it.
class Process {
 public:
  /// Throws EnvironmentError when the program or the log cannot be opened.
  explicit Process(Command command);
  /// Kills the child's process group and reaps the child.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  const Command& command() const { return command_; }
  pid_t pid() const { return pid_; }

  /// Passes text to the child's standard input; what it cannot take now follows with read_lines(). A child
  /// that is gone takes nothing, which is no error.
  void send(const std::string& text);
  /// Whether there is something left to send.
  bool sending() const { return !outgoing_.empty(); }

  /// Descriptor to wait on for more output; -1 after the end of the output.
  int output() const { return output_; }
  /// Lines that have arrived since the last call, without newlines. A last line without a newline counts once
  /// the output has ended.
  std::vector<std::string> read_lines();
  /// How the child ended; nothing while it runs.
  std::optional<ExitStatus> poll();
  /// Sends a signal to the child's process group.
  void signal(int number) const;

 private:
  void flush();
  void close_input();
  void close_output();

  Command command_;
  pid_t pid_ = -1;
  int input_ = -1;
  std::string outgoing_;
  int output_ = -1;
  std::string buffer_;
  std::optional<ExitStatus> status_;
};

/// This process's environment without what a launcher (mpirun, srun) put there, so that a trial never takes
/// itself for an MPI rank, and with every library's thread count set to `threads`. `visible_device` is the
/// one CUDA device that the trial sees; empty: those that this process sees.
std::vector<std::string> trial_environment(int threads, const std::string& visible_device = "");

}  // namespace lnn::sweep
