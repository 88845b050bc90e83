#include "sweep/signals.h"

#include <array>
#include <csignal>

namespace lnn::sweep {
namespace {

volatile std::sig_atomic_t interrupts = 0;
volatile std::sig_atomic_t terminations = 0;
volatile std::sig_atomic_t drains = 0;

constexpr std::array stop_signals{SIGINT, SIGTERM, SIGUSR1};
std::array<struct sigaction, stop_signals.size()> previous;

void note(int number) {
  if (number == SIGINT) interrupts = interrupts + 1;
  if (number == SIGTERM) terminations = terminations + 1;
  if (number == SIGUSR1) drains = drains + 1;
}

}  // namespace

StopSignals::StopSignals() {
  interrupts = 0;
  terminations = 0;
  drains = 0;
  struct sigaction action {};
  action.sa_handler = note;
  // No SA_RESTART: a waiting poll() wakes up at once.
  sigemptyset(&action.sa_mask);
  for (std::size_t i = 0; i < stop_signals.size(); ++i) sigaction(stop_signals[i], &action, &previous[i]);
}

StopSignals::~StopSignals() {
  for (std::size_t i = 0; i < stop_signals.size(); ++i) sigaction(stop_signals[i], &previous[i], nullptr);
}

std::optional<Stop> StopSignals::requested() {
  if (interrupts > 1) return Stop::at_once;
  if (terminations > 0) return Stop::terminate;
  if (interrupts > 0 || drains > 0) return Stop::drain;
  return std::nullopt;
}

}  // namespace lnn::sweep
