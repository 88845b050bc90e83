#pragma once

#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>

namespace lnn::trial {

/// Makes this process die (SIGKILL) together with the thread that started it, so that no trial outlives a
/// killed supervisor. Call it first thing in a trial program with the pid from --parent-pid: a parent that
/// died before the call is noticed, and this process ends at once.
inline void die_with_parent(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) std::raise(SIGKILL);
}

}  // namespace lnn::trial
