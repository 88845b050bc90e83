#include "sweep/mpi_slots.h"

#include <thread>

#include "sweep/local_slots.h"
#include "sweep/messages.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

// Between two looks for messages: 2 % of a core, and nothing beside a trial's seconds.
constexpr std::chrono::milliseconds nap{1};

}  // namespace

void MpiSlots::start(int slot, const Job& job) {
  mpi_.send(slot + 1, {{"start", job}});
}

void MpiSlots::stop(std::chrono::milliseconds grace) {
  for (int rank = 1; rank < mpi_.size(); ++rank) mpi_.send(rank, {{"stop", grace.count()}});
}

std::vector<SlotEvent> MpiSlots::wait(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto asked_to_stop = StopSignals::requested();
  std::vector<SlotEvent> events;
  for (;;) {
    while (const auto message = mpi_.receive()) {
      events.push_back(slot_event_from_json(message->content));
      events.back().slot = message->from - 1;
    }
    const bool signaled = StopSignals::requested() != asked_to_stop;
    if (!events.empty() || signaled || std::chrono::steady_clock::now() >= deadline) return events;
    std::this_thread::sleep_for(nap);
  }
}

int serve(const MpiSession& mpi) {
  const StopSignals signals;
  LocalSlots slots(1);
  for (;;) {
    while (const auto message = mpi.receive()) {
      const Json& order = message->content;
      if (order.contains("leave")) return order.at("leave");
      if (order.contains("stop")) slots.stop(std::chrono::milliseconds(order.at("stop")));
      if (order.contains("start")) slots.start(0, order.at("start").get<Job>());
    }
    // mpirun signals all ranks at once; waiting for the master's word would waste the one second there is.
    if (const auto grace = StopSignals::requested()) slots.stop(*grace);
    for (const SlotEvent& event : slots.wait(nap)) mpi.send(0, to_json(event));
  }
}

void dismiss(const MpiSession& mpi, int exit_code) {
  for (int rank = 1; rank < mpi.size(); ++rank) mpi.send(rank, {{"leave", exit_code}});
}

}  // namespace lnn::sweep
