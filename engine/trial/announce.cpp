#include "trial/announce.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>

#include "base/machine.h"

namespace lnn::trial {
namespace {

bool for_people() {
  static const bool terminal = isatty(STDOUT_FILENO) != 0;
  return terminal;
}

void print(const std::string& text) {
  std::cout << text << std::endl;
}

}  // namespace

void announce_epoch(const EpochEvent& event, const std::string& trial) {
  if (!for_people()) return print(to_line(event, trial));
  print(fmt::format("{}{}epoch {:>4}/{}  train {:.6f}  validation {:.6f}  best {:.6f}  rate {:.2e}  {:.1f} s",
                    trial, trial.empty() ? "" : "  ", event.epoch, event.epochs, event.train_total,
                    event.validation_total, event.best_validation_total, event.learning_rate, event.seconds));
}

void announce_end(const store::TrialRecord& record, const std::string& path, const std::string& trial) {
  const std::string outcome = to_name(record.outcome);
  if (!for_people()) {
    return print(to_line(EndEvent{outcome, record.reason, peak_resident_mebibytes()}, trial));
  }
  print(fmt::format("{} {}{}\nresult: {}", record.id, outcome,
                    record.reason.empty() ? "" : ": " + record.reason, path));
}

void announce_life(const std::string& doing) {
  if (!for_people()) print(alive_line(doing));
}

void announce_idle() {
  std::fflush(nullptr);
  print(idle_line());
}

}  // namespace lnn::trial
