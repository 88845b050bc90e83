#include "sweep/master.h"

#include <algorithm>
#include <iostream>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::sweep {
namespace {

using std::chrono::milliseconds;
using store::Outcome;
using Clock = std::chrono::steady_clock;

constexpr milliseconds tick{100};
constexpr milliseconds most_grace_after_problem{60000};
constexpr milliseconds grace_of_sigterm{400};
constexpr double least_grace = 5;          // [s]
constexpr double grace_before_epoch = 30;  // of a trial that has not finished an epoch yet [s]

double seconds_since(Clock::time_point time) {
  return std::chrono::duration<double>(Clock::now() - time).count();
}

milliseconds to_milliseconds(double seconds) {
  return milliseconds(static_cast<milliseconds::rep>(1000 * std::clamp(seconds, 0.0, 1e6)));
}

}  // namespace

double SweepEnd::lower_bound(int slots) const {
  return std::max(longest, busy / std::max(1, slots));
}

Master::Master(const MasterOptions& options, Board& board, Slots& slots, EventLog& events, Progress& progress)
    : options_(options),
      board_(board),
      slots_(slots),
      events_(events),
      progress_(progress),
      slot_states_(static_cast<std::size_t>(slots.count())),
      first_checkpoint_(board.classes(), 0) {
  for (std::size_t c = 0; c < first_checkpoint_.size(); ++c) {
    const auto known = options.earlier.find(board.class_name(static_cast<int>(c)));
    if (known != options.earlier.end()) first_checkpoint_[c] = known->second.first_checkpoint;
  }
}

SweepEnd Master::run() {
  beat();
  for (;;) {
    obey();
    if (!stopping_) deal_out();
    if (idle()) break;
    for (const SlotEvent& event : slots_.wait(tick)) guarded([&] { handle(event); });
    beat();
    progress_.tick();
    guarded([&] { events_.flush(); });
  }
  for (auto& [name, pace] : cut_short_) pace.trials = 0;
  end_.pace.merge(cut_short_);
  end_.seconds = seconds_since(begin_);
  if (end_.stopped.empty() && end_.problem.empty() && board_.totals().waiting > 0)
    end_.stopped = "the time limit";
  return end_;
}

// When this process cannot write, the trials may still save what they have: their disk may be another one,
// or somebody frees space on it while their epochs end.
template <class Step>
void Master::guarded(const Step& step) {
  try {
    step();
  } catch (const EnvironmentError& error) {
    fail(error.what());
  }
}

void Master::fail(const std::string& problem) {
  if (end_.problem.empty()) {
    end_.problem = problem;
    progress_.note(problem);
  }
  stop("a problem", std::min(drain_grace(), most_grace_after_problem));
}

bool Master::idle() const {
  return std::ranges::none_of(slot_states_, [](const SlotState& slot) { return slot.trials > 0; });
}

// One each in turn, so that the last trials are spread over all slots.
void Master::deal_out() {
  for (bool dealt = true; dealt;) {
    dealt = false;
    for (std::size_t slot = 0; slot < slot_states_.size(); ++slot) dealt = give_one(slot) || dealt;
  }
}

bool Master::give_one(std::size_t slot) {
  const SlotState& state = slot_states_[slot];
  const std::size_t depth = slots_.depth();
  if (state.out_of_service || state.trials >= depth) return false;
  // Asked for every class of trials when the deadline is near.
  const double reserve = this->reserve();
  const auto pack =
      board_.next(pack_size(), [&](const TrialStatus& trial) { return may_start(trial, reserve); });
  if (pack.empty()) return false;
  start(slot, pack);
  return true;
}

// A trial that cannot reach its first checkpoint in time would have been started for nothing.
bool Master::may_start(const TrialStatus& trial, double reserve) const {
  if (!options_.deadline.exists()) return true;
  const double needed = first_checkpoint_[static_cast<std::size_t>(trial.cost_class)];
  return options_.deadline.left() > needed + reserve;
}

// Running trials finish their epoch and save within this time before the deadline; a quarter of a short one.
double Master::reserve() const {
  if (!options_.deadline.exists()) return 0;
  return std::min(std::max(least_grace, 2 * longest_epoch()), options_.deadline.length() / 4);
}

double Master::longest_epoch() const {
  double longest = 0;
  for (const TrialStatus* trial : running_) {
    const double seconds =
        trial->epoch ? trial->epoch->seconds : first_checkpoint_[static_cast<std::size_t>(trial->cost_class)];
    longest = std::max(longest, seconds);
  }
  return longest;
}

// A processor gains nothing from packs. A GPU needs many trials at once, but every slot shall have its share.
int Master::pack_size() {
  constexpr int enough_for_a_device = 128;
  if (options_.pack > 0) return options_.pack;
  if (!options_.job.device.starts_with("cuda")) return 1;
  const auto lead = board_.next(1);
  if (lead.empty()) return 1;
  const int slots = slots_.count();
  return std::min(enough_for_a_device, (board_.companions(*lead.front()) + slots - 1) / slots);
}

void Master::start(std::size_t slot, const std::vector<const TrialStatus*>& pack) {
  Job job = options_.job;
  job.attempt = pack.front()->attempts + 1;
  for (const TrialStatus* trial : pack) {
    job.ids.push_back(trial->id);
    job.configs.push_back(options_.config(trial->id));
  }
  for (const TrialStatus* trial : pack) {
    board_.started(trial->id, job.attempt, unix_seconds());
    running_.insert(trial);
    events_.trial_started(*trial, static_cast<int>(slot));
    progress_.started(*trial);
  }
  slot_states_[slot].trials += pack.size();
  ++end_.starts;
  slots_.start(static_cast<int>(slot), job);
}

void Master::handle(const SlotEvent& event) {
  if (const auto* end = std::get_if<TrialEnd>(&event.report)) {
    handle_end(event, *end);
  } else {
    handle_epoch(event, std::get<trial::EpochEvent>(event.report));
  }
}

void Master::handle_epoch(const SlotEvent& event, const trial::EpochEvent& epoch) {
  const TrialStatus& trial = board_.trial(event.id);
  const double now = unix_seconds();
  double& first = first_checkpoint_[static_cast<std::size_t>(trial.cost_class)];
  if (!trial.epoch) first = std::max(first, now - trial.started);
  board_.reported(event.id, epoch, now);
  events_.epoch(event.id, epoch);
}

void Master::handle_end(const SlotEvent& event, const TrialEnd& end) {
  --slot_states_[static_cast<std::size_t>(event.slot)].trials;
  running_.erase(&board_.trial(event.id));
  const bool again = goes_again(board_.trial(event.id), end);
  learn(board_.trial(event.id), end);
  board_.ended(event.id, end.outcome, end.reason, unix_seconds(), again);
  events_.trial_ended(event.id, end, again);
  const TrialStatus& trial = board_.trial(event.id);
  progress_.ended(trial, end, again);
  options_.on_end(trial, end, again);
  if (!end.environment_problem.empty()) {
    fail(end.environment_problem);
  } else if (!end.device_problem.empty()) {
    take_out_of_service(event, end);
  } else if (end.outcome == Outcome::interrupted && !stopping_) {
    // A worker rank was told to stop before this one.
    stop("a signal to a worker", drain_grace());
  }
}

bool Master::goes_again(const TrialStatus& trial, const TrialEnd& end) const {
  if (end.run_alone) return true;
  return is_worth_a_retry(end) && trial.attempts <= options_.retry.max_retries;
}

void Master::learn(const TrialStatus& trial, const TrialEnd& end) {
  end_.busy += end.seconds;
  end_.longest = std::max(end_.longest, end.seconds);
  const bool whole = end.outcome == Outcome::completed && trial.epochs_before == 0;
  const auto seconds = whole ? std::optional(end.seconds) : extrapolated_seconds(trial);
  if (!seconds || *seconds <= 0) return;
  ClassPace& pace = (whole ? end_.pace : cut_short_)[board_.class_name(trial.cost_class)];
  pace.seconds = (pace.seconds * pace.trials + *seconds) / (pace.trials + 1);
  ++pace.trials;
  pace.first_checkpoint = first_checkpoint_[static_cast<std::size_t>(trial.cost_class)];
  pace.memory = std::max(pace.memory, end.peak_memory);
}

void Master::take_out_of_service(const SlotEvent& event, const TrialEnd& end) {
  slot_states_[static_cast<std::size_t>(event.slot)].out_of_service = true;
  progress_.note(fmt::format("slot {} is out of service: {}", event.slot, end.device_problem));
  events_.slot_lost(event.slot, end.device_problem);
  const bool any_left =
      std::ranges::any_of(slot_states_, [](const SlotState& slot) { return !slot.out_of_service; });
  if (any_left) return;
  fail(fmt::format("no device is left that works ({}). Repair it and run the same command again.",
                   end.device_problem));
}

void Master::obey() {
  if (const auto request = StopSignals::requested()) {
    if (*request == Stop::drain) stop("a signal", drain_grace());
    if (*request == Stop::terminate) stop("SIGTERM", grace_of_sigterm);
    if (*request == Stop::at_once) stop("a second Ctrl-C", milliseconds(0));
  } else if (options_.deadline.left() < reserve()) {
    stop("the time limit", drain_grace());
  }
}

// A trial saves after the epoch that it is in.
Master::Milliseconds Master::drain_grace() const {
  double seconds = std::max(least_grace, 2 * longest_epoch());
  if (std::ranges::any_of(running_, [](const TrialStatus* trial) { return !trial->epoch; }))
    seconds = std::max(seconds, grace_before_epoch);
  // What writing the last events takes, at most [s].
  const double to_leave = std::min(1.0, options_.deadline.length() / 20);
  return to_milliseconds(std::min(seconds, options_.deadline.left() - to_leave));
}

void Master::stop(const std::string& reason, Milliseconds grace) {
  // Waiting for an epoch makes the same request over and over; only a harder one counts.
  if (stopping_ && (*stopping_ <= grace || reason == end_.stopped)) return;
  if (!stopping_ && !running_.empty()) {
    progress_.note(fmt::format("stopping because of {}: {} running {} after the epoch (at most {})", reason,
                               running_.size(), running_.size() == 1 ? "trial is saved" : "trials are saved",
                               duration_text(std::chrono::duration<double>(grace).count())));
  }
  if (!stopping_) events_.draining(reason);
  if (end_.stopped.empty()) end_.stopped = reason;
  stopping_ = grace;
  slots_.stop(grace);
}

void Master::beat() {
  if (last_beat_ && seconds_since(*last_beat_) < 1) return;
  last_beat_ = Clock::now();
  options_.on_beat();
  const Pace pace(board_, options_.earlier);
  if (!pace.known()) return;
  board_.expect(pace.class_seconds());
  const auto now = forecast(board_, pace, unix_seconds(), slots_.count());
  progress_.expect(now);
  if (end_.forecast) return;
  end_.forecast = now;
  end_.forecast_after = seconds_since(begin_);
}

}  // namespace lnn::sweep
