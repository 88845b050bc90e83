#include "base/sign_of_life.h"

#include <ctime>
#include <utility>

#include "base/error.h"

namespace lnn {
namespace {

SignsOfLife::Say listener;
BreakOff::Check break_off;
const char* doing = "start";
double pause_between = 0;
double next_word = 0;

// The coarse clock is a read of memory; its steps of a few milliseconds do not matter here.
double now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

SignsOfLife::SignsOfLife(Say say, double pause) {
  invariant(!listener, "one listens to the signs of life");
  listener = std::move(say);
  pause_between = pause;
  next_word = now() + pause;
}

SignsOfLife::~SignsOfLife() {
  listener = nullptr;
}

BreakOff::BreakOff(Check check) {
  invariant(!break_off, "one decides whether to break off");
  break_off = std::move(check);
}

BreakOff::~BreakOff() {
  break_off = nullptr;
}

void still_alive() {
  if (break_off) break_off();
  if (!listener) return;
  const double time = now();
  if (time < next_word) return;
  next_word = time + pause_between;
  listener(doing);
}

Doing::Doing(const char* what) : before_(std::exchange(doing, what)) {}

Doing::~Doing() {
  doing = before_;
}

}  // namespace lnn
