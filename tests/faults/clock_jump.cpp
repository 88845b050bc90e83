// A library for LD_PRELOAD: the time of day jumps by LNN_CLOCK_JUMP seconds once LNN_CLOCK_AFTER seconds of a
// process have passed. The monotonic clock goes on as it is, as on a machine whose date is corrected.

#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include <cstdlib>

namespace {

using GetTime = int (*)(clockid_t, timespec*);

GetTime real_clock() {
  static const auto function = reinterpret_cast<GetTime>(dlsym(RTLD_NEXT, "clock_gettime"));
  return function;
}

double number(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? 0 : std::atof(text);
}

double monotonic_seconds() {
  timespec now{};
  real_clock()(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

time_t jump() {
  static const double start = monotonic_seconds();
  static const double after = number("LNN_CLOCK_AFTER");
  static const auto seconds = static_cast<time_t>(number("LNN_CLOCK_JUMP"));
  return monotonic_seconds() - start > after ? seconds : 0;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* now) noexcept {
  const int result = real_clock()(clock, now);
  if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += jump();
  return result;
}

time_t time(time_t* result) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != nullptr) *result = now.tv_sec;
  return now.tv_sec;
}

int gettimeofday(timeval* now, void*) noexcept {
  timespec precise{};
  const int result = clock_gettime(CLOCK_REALTIME, &precise);
  *now = {precise.tv_sec, precise.tv_nsec / 1000};
  return result;
}
}
