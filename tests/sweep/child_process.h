#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <exception>
#include <iostream>

/// Other processes for tests: they run a piece of the test itself.

/// Runs `work` in a child process, which ends with 0 when no expectation in it failed and nothing was thrown.
template <class Work>
pid_t in_child(Work work) {
  const pid_t process = fork();
  if (process != 0) return process;
  int code = 1;
  try {
    work();
    code = testing::Test::HasFailure() ? 1 : 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << std::endl;
  }
  // Without destructors: the child owns nothing of what its parent has open.
  _exit(code);
}

/// Waits for the process. -1 when a signal ended it.
inline int exit_code_of(pid_t process) {
  int status = 0;
  waitpid(process, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
