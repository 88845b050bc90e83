#include "sweep/board.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

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

bool is_worth_a_retry(const TrialEnd& end) {
  if (end.hopeless) return false;
  switch (end.outcome) {
    case Outcome::crashed:
    case Outcome::failed:
    case Outcome::out_of_memory:
    case Outcome::hung:
      return true;
    case Outcome::completed:
    case Outcome::diverged:
    case Outcome::timed_out:
    case Outcome::interrupted:
      return false;
  }
  return false;
}

namespace {

bool waits(const TrialStatus& trial) {
  return trial.selected && trial.state == TrialState::waiting;
}

bool may_share(const TrialStatus& a, const TrialStatus& b) {
  return &a == &b || (a.packable && b.packable && a.cost_class == b.cost_class && a.attempts == 0 &&
                      b.attempts == 0 && a.saved_epochs == b.saved_epochs);
}

}  // namespace

Board::Board(const experiment::Plan& plan, const store::TrialOutcomes& outcomes) {
  std::unordered_map<std::string, int> known;
  trials_.reserve(plan.trials.size());
  index_.reserve(plan.trials.size());
  for (const experiment::PlannedTrial& planned : plan.trials) {
    TrialStatus trial;
    trial.id = planned.id;
    trial.cost = planned.cost;
    trial.cost_class = class_of(planned, known);
    trial.packable = !planned.pack.empty();
    if (!planned.members.empty()) {
      trial.label = planned.members.front().arm->label;
      trial.seed = planned.members.front().seed;
    }
    if (const auto found = outcomes.ended.find(planned.id); found != outcomes.ended.end()) {
      trial.state = TrialState::finished;
      trial.outcome = found->second.outcome;
      trial.reason = found->second.reason;
      trial.attempts = found->second.attempts;
    }
    index_.emplace(trial.id, trials_.size());
    trials_.push_back(std::move(trial));
  }
}

int Board::class_of(const experiment::PlannedTrial& planned, std::unordered_map<std::string, int>& known) {
  const std::string name =
      planned.cost_class.empty() ? fmt::format("cost {}", planned.cost) : planned.cost_class;
  // What takes equally long need not fit into one pack.
  const auto [found, is_new] = known.emplace(name + " " + planned.pack, static_cast<int>(classes_.size()));
  if (is_new) {
    order_.push_back(classes_.size());
    classes_.push_back({name, planned.cost, {}});
  }
  return found->second;
}

void Board::saved(const std::map<std::string, int>& epochs) {
  for (const auto& [id, count] : epochs) {
    if (const auto trial = find(id)) trials_[*trial].saved_epochs = count;
  }
  queues_filled_ = false;
}

void Board::retry(const RetryPolicy& policy) {
  for (TrialStatus& trial : trials_) {
    if (trial.state != TrialState::finished || is_result(*trial.outcome)) continue;
    const bool stopped = trial.outcome == Outcome::interrupted;
    if (stopped || policy.retry_failed || trial.attempts <= policy.max_retries) {
      trial.state = TrialState::waiting;
    }
  }
  queues_filled_ = false;
}

void Board::select(const std::vector<std::string>& ids, const Shard& shard) {
  const std::set<std::string> wanted(ids.begin(), ids.end());
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    trials_[i].selected = (wanted.empty() || wanted.contains(trials_[i].id)) && shard.contains(i);
  }
  queues_filled_ = false;
}

void Board::expect(const std::vector<double>& class_seconds) {
  for (std::size_t c = 0; c < classes_.size(); ++c) classes_[c].seconds = class_seconds.at(c);
  std::ranges::stable_sort(order_, std::greater<>(), [&](std::size_t c) { return classes_[c].seconds; });
}

void Board::fill_queues() {
  if (queues_filled_) return;
  queues_filled_ = true;
  retries_.clear();
  for (CostClass& cost_class : classes_) cost_class.waiting.clear();
  // What has begun comes first: finishing it frees its checkpoint, and little is lost if the sweep stops.
  for (const bool begun : {true, false}) {
    for (std::size_t i = 0; i < trials_.size(); ++i) {
      if (waits(trials_[i]) && (trials_[i].saved_epochs > 0) == begun) wait_again(i);
    }
  }
}

void Board::wait_again(std::size_t trial) {
  if (trials_[trial].attempts > 0) {
    retries_.push_back(trial);
  } else {
    classes_[static_cast<std::size_t>(trials_[trial].cost_class)].waiting.push_back(trial);
  }
}

std::optional<std::size_t> Board::front(std::deque<std::size_t>& queue) {
  // What has failed since it was queued stands among the retries, too.
  auto obsolete = [&](const TrialStatus& trial) {
    return !waits(trial) || (trial.attempts > 0 && &queue != &retries_);
  };
  while (!queue.empty() && obsolete(trials_[queue.front()])) queue.pop_front();
  return queue.empty() ? std::nullopt : std::optional(queue.front());
}

std::vector<const TrialStatus*> Board::next(int pack_size,
                                            const std::function<bool(const TrialStatus&)>& may_start) {
  fill_queues();
  for (const std::size_t c : order_) {
    const auto lead = front(classes_[c].waiting);
    if (!lead || !may_start(trials_[*lead])) continue;
    std::vector<const TrialStatus*> pack;
    for (const std::size_t i : classes_[c].waiting) {
      if (static_cast<int>(pack.size()) == std::max(1, pack_size)) break;
      const TrialStatus& trial = trials_[i];
      if (waits(trial) && may_share(trials_[*lead], trial)) pack.push_back(&trial);
    }
    return pack;
  }
  const auto failed = front(retries_);
  if (failed && may_start(trials_[*failed])) return {&trials_[*failed]};
  return {};
}

int Board::companions(const TrialStatus& trial) {
  fill_queues();
  const auto& queue = classes_[static_cast<std::size_t>(trial.cost_class)].waiting;
  return static_cast<int>(std::ranges::count_if(
      queue, [&](std::size_t other) { return waits(trials_[other]) && may_share(trial, trials_[other]); }));
}

std::optional<std::size_t> Board::find(const std::string& id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

void Board::started(const std::string& id, int attempt, double time) {
  const auto found = find(id);
  if (!found) return;
  TrialStatus& trial = trials_[*found];
  trial.state = TrialState::running;
  trial.attempts = attempt;
  trial.epoch.reset();
  trial.epochs_before = 0;
  trial.first_reported = 0;
  trial.started = trial.reported = time;
}

void Board::reported(const std::string& id, const trial::EpochEvent& epoch, double time) {
  const auto found = find(id);
  if (!found) return;
  TrialStatus& trial = trials_[*found];
  if (!trial.epoch) {
    trial.epochs_before = epoch.epoch - 1;
    trial.first_reported = time;
  }
  trial.epoch = epoch;
  trial.reported = time;
}

void Board::ended(const std::string& id, Outcome outcome, const std::string& reason, double time,
                  bool again) {
  const auto found = find(id);
  if (!found) return;
  TrialStatus& trial = trials_[*found];
  trial.reported = time;
  const bool interrupted = outcome == Outcome::interrupted;
  trial.state = interrupted || again ? TrialState::waiting : TrialState::finished;
  if (interrupted) {
    // A start that was cut short from outside does not count against the trial.
    --trial.attempts;
  } else {
    trial.outcome = outcome;
    trial.reason = reason;
  }
  if (trial.state == TrialState::waiting) wait_again(*found);
}

void Board::all_interrupted() {
  for (TrialStatus& trial : trials_) {
    if (trial.state == TrialState::running) {
      trial.state = TrialState::waiting;
      --trial.attempts;
    }
  }
  queues_filled_ = false;
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

}  // namespace lnn::sweep
