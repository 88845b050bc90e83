#include "sweep/board.h"

#include <algorithm>
#include <queue>
#include <set>

namespace lnn::sweep {

using store::Outcome;

bool is_result(Outcome outcome) {
  return outcome == Outcome::completed || outcome == Outcome::diverged;
}

int Totals::not_completed() const {
  const auto completed = finished.find(Outcome::completed);
  return done() - (completed == finished.end() ? 0 : completed->second);
}

int Totals::without_result() const {
  int count = 0;
  for (const auto& [outcome, trials_with_it] : finished) {
    if (!is_result(outcome)) count += trials_with_it;
  }
  return count;
}

Board::Board(const experiment::Plan& plan, const store::RunContents& contents) {
  for (const experiment::PlannedTrial& planned : plan.trials) {
    TrialStatus trial;
    trial.id = planned.id;
    trial.cost = planned.cost;
    trial.pack = planned.pack;
    if (!planned.members.empty()) {
      trial.label = planned.members.front().label;
      trial.seed = planned.members.front().seed;
    }
    if (const auto found = contents.records.find(planned.id); found != contents.records.end()) {
      trial.state = TrialState::finished;
      trial.outcome = found->second.outcome;
      trial.reason = found->second.reason;
      trial.attempts = found->second.attempts;
    }
    index_.emplace(trial.id, trials_.size());
    trials_.push_back(std::move(trial));
  }
}

void Board::saved(const std::map<std::string, int>& epochs) {
  for (const auto& [id, count] : epochs) {
    if (TrialStatus* trial = find(id)) trial->saved_epochs = count;
  }
}

void Board::retry(const RetryPolicy& policy) {
  for (TrialStatus& trial : trials_) {
    if (trial.state != TrialState::finished || is_result(*trial.outcome)) continue;
    const bool stopped = trial.outcome == Outcome::interrupted;
    if (stopped || policy.retry_failed || trial.attempts < policy.max_attempts) {
      trial.state = TrialState::waiting;
    }
  }
}

void Board::select(const std::vector<std::string>& ids) {
  const std::set<std::string> wanted(ids.begin(), ids.end());
  for (TrialStatus& trial : trials_) trial.selected = wanted.empty() || wanted.contains(trial.id);
}

namespace {

bool waits(const TrialStatus& trial) {
  return trial.selected && trial.state == TrialState::waiting;
}

bool may_share(const TrialStatus& a, const TrialStatus& b) {
  return &a == &b || (!a.pack.empty() && a.pack == b.pack && a.attempts == 0 && b.attempts == 0 &&
                      a.saved_epochs == b.saved_epochs);
}

}  // namespace

std::vector<const TrialStatus*> Board::next(int pack_size) const {
  std::vector<const TrialStatus*> pack;
  for (const TrialStatus& trial : trials_) {
    if (static_cast<int>(pack.size()) == std::max(1, pack_size)) break;
    if (waits(trial) && (pack.empty() || may_share(*pack.front(), trial))) pack.push_back(&trial);
  }
  return pack;
}

int Board::companions(const TrialStatus& trial) const {
  return static_cast<int>(std::ranges::count_if(
      trials_, [&](const TrialStatus& other) { return waits(other) && may_share(trial, other); }));
}

TrialStatus* Board::find(const std::string& id) {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &trials_[found->second];
}

void Board::started(const std::string& id, int attempt, double time) {
  TrialStatus* trial = find(id);
  if (trial == nullptr) return;
  trial->state = TrialState::running;
  trial->attempts = attempt;
  trial->epoch.reset();
  trial->epochs_before = 0;
  trial->started = trial->reported = time;
}

void Board::reported(const std::string& id, const trial::EpochEvent& epoch, double time) {
  TrialStatus* trial = find(id);
  if (trial == nullptr) return;
  if (!trial->epoch) trial->epochs_before = epoch.epoch - 1;
  trial->epoch = epoch;
  trial->reported = time;
}

void Board::ended(const std::string& id, Outcome outcome, const std::string& reason, double time,
                  bool again) {
  TrialStatus* trial = find(id);
  if (trial == nullptr) return;
  trial->reported = time;
  if (outcome == Outcome::interrupted) {
    trial->state = TrialState::waiting;
    // A start that was cut short from outside does not count against the trial.
    --trial->attempts;
    return;
  }
  trial->state = again ? TrialState::waiting : TrialState::finished;
  trial->outcome = outcome;
  trial->reason = reason;
}

void Board::all_interrupted() {
  for (TrialStatus& trial : trials_) {
    if (trial.state == TrialState::running) {
      trial.state = TrialState::waiting;
      --trial.attempts;
    }
  }
}

Totals Board::totals() const {
  Totals totals;
  for (const TrialStatus& trial : trials_) {
    if (!trial.selected) continue;
    ++totals.trials;
    if (trial.state == TrialState::waiting) ++totals.waiting;
    if (trial.state == TrialState::running) ++totals.running;
    if (trial.state == TrialState::finished) ++totals.finished[*trial.outcome];
  }
  return totals;
}

double fraction_done(const TrialStatus& trial) {
  if (trial.state == TrialState::finished && trial.outcome == Outcome::completed) return 1;
  if (!trial.epoch || trial.epoch->epochs <= 0) return 0;
  return std::clamp(static_cast<double>(trial.epoch->epoch) / trial.epoch->epochs, 0.0, 1.0);
}

namespace {

// What this attempt has done, without what it took over from a checkpoint.
double fraction_gained(const TrialStatus& trial) {
  if (!trial.epoch || trial.epoch->epochs <= 0) return fraction_done(trial);
  return fraction_done(trial) - static_cast<double>(trial.epochs_before) / trial.epoch->epochs;
}

}  // namespace

std::optional<double> forecast_seconds(const Board& board, double now, int slots) {
  double seconds = 0;
  double work = 0;
  for (const TrialStatus& trial : board.trials()) {
    if (trial.started <= 0) continue;
    const double done = fraction_gained(trial) * trial.cost;
    if (done <= 0) continue;
    work += done;
    seconds += trial.reported - trial.started;
  }
  if (work <= 0) return std::nullopt;
  const double speed = work / std::max(seconds, 1e-6);

  // Each slot's time of becoming free, earliest first.
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  for (const TrialStatus& trial : board.trials()) {
    if (trial.state != TrialState::running) continue;
    const double rest = (1 - fraction_done(trial)) * trial.cost / speed - (now - trial.reported);
    free_at.push(std::max(0.0, rest));
  }
  while (free_at.size() < static_cast<std::size_t>(std::max(1, slots))) free_at.push(0);
  double end = 0;
  for (const TrialStatus& trial : board.trials()) {
    if (trial.state != TrialState::waiting || !trial.selected) continue;
    const double start = free_at.top();
    free_at.pop();
    free_at.push(start + trial.cost / speed);
  }
  for (; !free_at.empty(); free_at.pop()) end = free_at.top();
  return end;
}

}  // namespace lnn::sweep
