#include "sweep/mpi_slots.h"

#include <sched.h>

#include <deque>
#include <thread>
#include <utility>

#include "sweep/messages.h"
#include "sweep/signals.h"

namespace lnn::sweep {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

/// Waits for messages: eagerly for a moment after the last one, for the next often follows at once; then
/// with naps, which take 2 % of a core and are nothing beside a trial's seconds.
class Patience {
 public:
  void something_came() { last_ = Clock::now(); }
  bool eager() const { return Clock::now() - last_ < std::chrono::microseconds(500); }
  void rest() const {
    if (eager()) {
      sched_yield();
    } else {
      std::this_thread::sleep_for(milliseconds(1));
    }
  }

 private:
  Clock::time_point last_{};
};

milliseconds grace_of(Stop request) {
  switch (request) {
    case Stop::drain:
      return std::chrono::hours(1);  // the master knows better how long an epoch takes, and will say so
    case Stop::terminate:
      return milliseconds(400);
    case Stop::at_once:
      break;
  }
  return milliseconds(0);
}

/// What a worker rank has to do and to say.
class Worker {
 public:
  Worker(const MpiSession& mpi, Slots& slots) : mpi_(mpi), slots_(slots) {}

  void run() {
    for (;;) {
      while (const auto message = mpi_.receive()) {
        patience_.something_came();
        const Json& order = message->content;
        if (order.contains("leave")) return;
        obey(order);
      }
      // mpirun signals all ranks at once; waiting for the master's word would waste the one second there is.
      if (const auto request = StopSignals::requested()) stop(grace_of(*request));
      work();
    }
  }

 private:
  void obey(const Json& order) {
    if (order.contains("stop")) stop(milliseconds(order.at("stop")));
    if (order.contains("start")) jobs_.push_back(order.at("start").get<Job>());
  }

  void stop(milliseconds grace) {
    slots_.stop(grace);
    Json events = Json::array();
    for (const Job& job : std::exchange(jobs_, {})) {
      for (const std::string& id : job.ids) {
        TrialEnd end;
        end.outcome = store::Outcome::interrupted;
        end.reason = "the sweep was stopped";
        events.push_back(to_json(SlotEvent{0, id, end}));
      }
    }
    if (!events.empty()) mpi_.send(0, events);
  }

  void work() {
    Json events = Json::array();
    // Many trials of no length make one message.
    constexpr int most = 32;
    for (int i = 0; i < most; ++i) {
      if (running_ == 0 && !jobs_.empty()) {
        running_ = jobs_.front().ids.size();
        slots_.start(0, jobs_.front());
        jobs_.pop_front();
      }
      const bool busy = running_ > 0 && !patience_.eager();
      for (const SlotEvent& event : slots_.wait(milliseconds(busy ? 1 : 0))) {
        if (std::holds_alternative<TrialEnd>(event.report)) --running_;
        events.push_back(to_json(event));
      }
      if (running_ > 0 || jobs_.empty()) break;
    }
    if (!events.empty()) {
      mpi_.send(0, events);
      patience_.something_came();
    } else if (running_ == 0) {
      patience_.rest();
    }
  }

  const MpiSession& mpi_;
  Slots& slots_;
  std::deque<Job> jobs_;
  std::size_t running_ = 0;
  Patience patience_;
};

}  // namespace

std::size_t MpiSlots::depth() const {
  constexpr double short_trial = 0.02;
  constexpr int enough_to_judge = 16;
  return ends_ >= enough_to_judge && typical_seconds_ < short_trial ? 256 : 1;
}

void MpiSlots::start(int slot, const Job& job) {
  mpi_.send(slot + 1, {{"start", job}});
}

void MpiSlots::stop(std::chrono::milliseconds grace) {
  for (int rank = 1; rank < mpi_.size(); ++rank) mpi_.send(rank, {{"stop", grace.count()}});
}

void MpiSlots::take(const MpiSession::Message& message, std::vector<SlotEvent>& events) {
  for (const Json& event : message.content) {
    events.push_back(slot_event_from_json(event));
    events.back().slot = message.from - 1;
    const auto* end = std::get_if<TrialEnd>(&events.back().report);
    if (end == nullptr) continue;
    ++ends_;
    typical_seconds_ += 0.1 * (end->seconds - typical_seconds_);
  }
}

std::vector<SlotEvent> MpiSlots::wait(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  const auto asked_to_stop = StopSignals::requested();
  std::vector<SlotEvent> events;
  Patience patience;
  patience.something_came();
  for (;;) {
    while (const auto message = mpi_.receive()) take(*message, events);
    const bool signaled = StopSignals::requested() != asked_to_stop;
    if (!events.empty() || signaled || Clock::now() >= deadline) return events;
    patience.rest();
  }
}

void serve(const MpiSession& mpi, Slots& slots) {
  const StopSignals signals;
  Worker(mpi, slots).run();
}

void dismiss(const MpiSession& mpi) {
  for (int rank = 1; rank < mpi.size(); ++rank) mpi.send(rank, {{"leave", true}});
}

}  // namespace lnn::sweep
