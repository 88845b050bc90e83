#include "sweep/local_slots.h"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace lnn::sweep {
namespace {

TrialEnd environment_end(const std::string& problem) {
  TrialEnd end;
  end.outcome = store::Outcome::interrupted;
  end.reason = end.environment_problem = problem;
  return end;
}

}  // namespace

void LocalSlots::start(int slot, const Job& job) {
  auto& trial = trials_.at(static_cast<std::size_t>(slot));
  invariant(!trial, "a job starts in an idle slot");
  try {
    trial = std::make_unique<RunningTrial>(job);
  } catch (const EnvironmentError& error) {
    for (const std::string& id : job.ids) events_.push_back({slot, id, environment_end(error.what())});
  }
}

std::vector<SlotEvent> LocalSlots::wait(std::chrono::milliseconds timeout) {
  if (events_.empty()) wait_for_output(timeout);
  for (std::size_t slot = 0; slot < trials_.size(); ++slot) {
    if (trials_[slot]) step(slot);
  }
  return std::exchange(events_, {});
}

void LocalSlots::wait_for_output(std::chrono::milliseconds timeout) const {
  std::vector<pollfd> descriptors;
  for (const auto& trial : trials_) {
    if (!trial) continue;
    descriptors.push_back({trial->supervisor.output(), POLLIN, 0});
    // Its output has ended: the process itself follows within moments.
    if (trial->supervisor.output() < 0) timeout = std::min(timeout, std::chrono::milliseconds(5));
  }
  ::poll(descriptors.data(), descriptors.size(), static_cast<int>(timeout.count()));
}

void LocalSlots::step(std::size_t slot) {
  RunningTrial& trial = *trials_[slot];
  std::vector<TrialReport> reports;
  try {
    reports = trial.supervisor.step();
  } catch (const EnvironmentError& error) {
    for (const std::string& id : trial.ids) reports.push_back({id, environment_end(error.what())});
  }
  bool ended = false;
  for (TrialReport& report : reports) {
    ended = ended || std::holds_alternative<TrialEnd>(report.report);
    events_.push_back({static_cast<int>(slot), std::move(report.id), std::move(report.report)});
  }
  if (ended) trials_[slot].reset();
}

void LocalSlots::stop(std::chrono::milliseconds grace) {
  for (const auto& trial : trials_) {
    if (trial) trial->supervisor.stop(grace);
  }
}

int available_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

}  // namespace lnn::sweep
