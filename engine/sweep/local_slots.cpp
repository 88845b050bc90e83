#include "sweep/local_slots.h"

#include <poll.h>
#include <sched.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "sweep/devices.h"

namespace lnn::sweep {
namespace {

TrialEnd environment_end(const std::string& problem) {
  TrialEnd end;
  end.outcome = store::Outcome::interrupted;
  end.reason = end.environment_problem = problem;
  return end;
}

}  // namespace

LocalSlots::LocalSlots(int count, const std::vector<std::string>& devices)
    : slots_(static_cast<std::size_t>(count)) {
  for (std::size_t s = 0; s < slots_.size() && !devices.empty(); ++s)
    slots_[s].device = devices[s % devices.size()];
}

void LocalSlots::start(int slot, const Job& job) {
  Slot& place = slots_.at(static_cast<std::size_t>(slot));
  invariant(!place.supervisor, "a job starts in an idle slot");
  try {
    place.supervisor =
        std::make_unique<Supervisor>(job, Place{place.device, &memory_kills_}, std::move(place.idle));
  } catch (const EnvironmentError& error) {
    for (const std::string& id : job.ids) events_.push_back({slot, id, environment_end(error.what())});
  }
}

std::vector<SlotEvent> LocalSlots::wait(std::chrono::milliseconds timeout) {
  if (events_.empty()) wait_for_output(timeout);
  memory_kills_.look();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].supervisor) step(slot);
  }
  return std::exchange(events_, {});
}

void LocalSlots::wait_for_output(std::chrono::milliseconds timeout) const {
  std::vector<pollfd> descriptors;
  for (const Slot& slot : slots_) {
    if (!slot.supervisor) continue;
    descriptors.push_back({slot.supervisor->output(), POLLIN, 0});
    if (slot.supervisor->impatient()) timeout = std::min(timeout, std::chrono::milliseconds(5));
  }
  ::poll(descriptors.data(), descriptors.size(), static_cast<int>(timeout.count()));
}

void LocalSlots::step(std::size_t slot) {
  Supervisor& supervisor = *slots_[slot].supervisor;
  std::vector<TrialReport> reports;
  try {
    reports = supervisor.step();
  } catch (const EnvironmentError& error) {
    for (const std::string& id : supervisor.ids()) reports.push_back({id, environment_end(error.what())});
  }
  bool ended = false;
  for (TrialReport& report : reports) {
    ended = ended || std::holds_alternative<TrialEnd>(report.report);
    events_.push_back({static_cast<int>(slot), std::move(report.id), std::move(report.report)});
  }
  if (!ended) return;
  slots_[slot].idle = supervisor.release();
  slots_[slot].supervisor.reset();
}

void LocalSlots::stop(std::chrono::milliseconds grace) {
  for (const Slot& slot : slots_) {
    if (slot.supervisor) slot.supervisor->stop(grace);
  }
}

int available_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  return sched_getaffinity(0, sizeof cores, &cores) == 0 ? std::max(1, CPU_COUNT(&cores)) : 1;
}

int default_workers(int threads, const std::string& device) {
  const std::size_t devices = device == "cuda" ? visible_devices().size() : 0;
  return devices > 0 ? static_cast<int>(devices) : std::max(1, available_cores() / threads);
}

}  // namespace lnn::sweep
