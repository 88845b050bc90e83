#pragma once

#include <functional>
#include <string>

/// How long work tells from within that it goes on, so that a process that hangs can be told from a slow one.
/// For the main thread only.
namespace lnn {

/// Hears of the work while it lives: `say` is called from within it, at most every `pause` seconds, with what
/// the process is doing. One at a time.
class SignsOfLife {
 public:
  using Say = std::function<void(const std::string& doing)>;
  explicit SignsOfLife(Say say, double pause = 5);
  ~SignsOfLife();
  SignsOfLife(const SignsOfLife&) = delete;
  SignsOfLife& operator=(const SignsOfLife&) = delete;
};

/// While it lives, work may be broken off: `check` is called often from within it, and ends it by throwing.
/// One at a time.
class BreakOff {
 public:
  using Check = std::function<void()>;
  explicit BreakOff(Check check);
  ~BreakOff();
  BreakOff(const BreakOff&) = delete;
  BreakOff& operator=(const BreakOff&) = delete;
};

/// Work calls this once per mini-batch, integrator step or sample. Costs nanoseconds. Throws what a
/// BreakOff's check throws.
void still_alive();

/// While it lives, this is what the process is doing: "data", "training", "evaluation". They nest.
class Doing {
 public:
  explicit Doing(const char* what);
  ~Doing();
  Doing(const Doing&) = delete;
  Doing& operator=(const Doing&) = delete;

 private:
  const char* before_;
};

}  // namespace lnn
