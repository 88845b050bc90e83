#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

/// Processes that carry a mark in their environment, by which whoever started them finds them again, whatever
/// became of their parents. Only those of this machine and this user.
namespace lnn::audit {

enum class Role {
  trial,     ///< lnn-sweep-trial
  sweep,     ///< lnn-sweep: alone, or one rank of several
  launcher,  ///< mpirun and its helpers
};

struct MarkedProcess {
  pid_t pid = 0;
  Role role = Role::launcher;
};

/// A mark that no other process has: "LNN_DRILL=<host>.<pid>.<time>".
std::string new_mark();

/// All that live now, in no particular order.
std::vector<MarkedProcess> marked_processes(const std::string& mark);

/// Waits until none lives; false when some still do after `patience`.
bool all_gone(const std::string& mark, std::chrono::milliseconds patience);

/// Kills all that live, until none does.
void kill_marked(const std::string& mark);

/// Kills whatever carries its mark when it is destroyed, and also when this process dies, however it dies: a
/// process of its own waits for that. Create it before there are threads.
class Janitor {
 public:
  /// Throws EnvironmentError when no process can be made.
  explicit Janitor(const std::string& mark);
  ~Janitor();
  Janitor(const Janitor&) = delete;
  Janitor& operator=(const Janitor&) = delete;

 private:
  pid_t child_ = -1;
  int lifeline_ = -1;  ///< its other end tells the child when we are gone
};

}  // namespace lnn::audit
