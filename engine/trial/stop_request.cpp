#include "trial/stop_request.h"

#include <array>
#include <csignal>

namespace lnn::trial {
namespace {

volatile std::sig_atomic_t asked = 0;

constexpr std::array signals{SIGINT, SIGTERM, SIGUSR1};

}  // namespace

StopRequest::StopRequest() {
  asked = 0;
  struct sigaction action {};
  action.sa_handler = [](int) { asked = 1; };
  // Restart: a checkpoint that is just being written shall not fail.
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (const int number : signals) sigaction(number, &action, nullptr);
}

StopRequest::~StopRequest() {
  for (const int number : signals) std::signal(number, SIG_DFL);
}

bool StopRequest::made() {
  return asked != 0;
}

}  // namespace lnn::trial
