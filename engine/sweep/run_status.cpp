#include "sweep/run_status.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "base/error.h"
#include "sweep/pace.h"
#include "sweep/part_files.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;

std::string name_of(const Shard& shard) {
  return shard.whole() ? std::string() : shard.text();
}

std::set<std::string> ids_in(const fs::path& quarantine) {
  std::set<std::string> ids;
  std::error_code failure;
  for (fs::directory_iterator entry(quarantine, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().extension() == ".txt") ids.insert(entry->path().stem().string());
  }
  return ids;
}

bool has_result(const store::TrialOutcomes& outcomes, const std::string& id) {
  const auto found = outcomes.ended.find(id);
  return found != outcomes.ended.end() && is_result(found->second.outcome);
}

// The files have the last word: a trial whose end was logged but whose file is damaged or gone has no result
// and runs again.
void replay_end(Board& board, const std::string& id, const TrialTrace::End& end,
                const store::TrialOutcomes& outcomes) {
  const auto file = outcomes.ended.find(id);
  if (end.again) {
    board.ended(id, end.outcome, end.reason, end.time, true);
  } else if (file == outcomes.ended.end()) {
    board.ended(id, store::Outcome::interrupted, "", end.time);
  } else {
    board.ended(id, file->second.outcome, file->second.reason, end.time);
  }
}

void replay_epochs(Board& board, const std::string& id, const TrialTrace& trial) {
  const auto last = epoch_of(trial.last_epoch);
  if (!last) return;
  // The board counts what a start has gained from its first report.
  trial::EpochEvent first = last->epoch;
  first.epoch = trial.first_epoch;
  board.reported(id, first, last->time);
  board.reported(id, last->epoch, last->time);
}

RunState state_of(const std::vector<SweepStatus>& sweeps, const Totals& totals) {
  if (std::ranges::any_of(sweeps, [](const SweepStatus& sweep) { return sweep.holder.has_value(); })) {
    return RunState::running;
  }
  if (totals.waiting == 0) return RunState::finished;
  if (sweeps.empty()) return RunState::not_started;
  const bool all_took_leave =
      std::ranges::all_of(sweeps, [](const SweepStatus& sweep) { return sweep.exit_code.has_value(); });
  return all_took_leave ? RunState::to_continue : RunState::killed;
}

// What no part at work will do is not forecast.
std::optional<double> forecast_of(const std::vector<SweepStatus>& sweeps, Board& board, double now) {
  std::optional<double> longest;
  for (const SweepStatus& sweep : sweeps) {
    if (!sweep.holder || sweep.draining) continue;
    board.select({}, sweep.shard);
    const auto seconds = forecast_seconds(board, now, sweep.slots);
    if (seconds) longest = std::max(longest.value_or(0), *seconds);
  }
  board.select({});
  return longest;
}

// Until the holder has written its first event, the log is its predecessor's.
void take_holder(SweepStatus& sweep, const LockHolder& holder, const LastSweep& log) {
  sweep.holder = holder;
  sweep.exit_code.reset();
  const bool has_begun = holder.pid == 0 || log.pid() == holder.pid;
  if (!has_begun) sweep.begin = 0;
  if (has_begun) sweep.draining = log.draining();
  sweep.end = unix_seconds();
}

void count_trials(RunStatus& status) {
  const std::set<std::string> files = ids_in(status.run.quarantine());
  const std::vector<TrialStatus>& trials = status.board.trials();
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const TrialStatus& trial = trials[i];
    status.retries += std::max(0, trial.attempts - 1);
    const bool failed = trial.state == TrialState::finished && !is_result(*trial.outcome);
    if (failed && files.contains(trial.id)) status.quarantined.insert(trial.id);
    if (trial.state != TrialState::running) continue;
    for (SweepStatus& sweep : status.sweeps) sweep.running += sweep.shard.contains(i) ? 1 : 0;
  }
}

}  // namespace

StatusReader::StatusReader(store::RunDirectory run) : run_(std::move(run)), lock_(run_) {}

bool StatusReader::is_starting() {
  std::error_code ignored;
  return !fs::exists(run_.plan(), ignored) && !lock_.holders().empty();
}

void StatusReader::refuse_without_plan() {
  std::error_code ignored;
  if (fs::exists(run_.plan(), ignored)) return;
  if (is_starting()) {
    throw_user_error("{}: a sweep is just starting here (it has not written down its plan). Ask again.",
                     run_.root.string());
  }
  if (fs::exists(run_.lock(), ignored)) {
    throw_user_error("{}: a sweep ended here before it had written down its plan. Run its command again.",
                     run_.root.string());
  }
}

LastSweep& StatusReader::log_of(const Shard& shard) {
  const fs::path path = run_.events(name_of(shard));
  LastSweep& log = logs_.try_emplace(path, path).first->second;
  log.read();
  return log;
}

// Of the sweep that is at work or was the last: itself, or all its parts.
std::vector<Shard> StatusReader::shards_to_tell(const std::vector<LockHolder>& holders) {
  std::map<int, std::vector<Shard>> shards{{1, {Shard()}}};
  for (const PartFile& file : part_files(run_, "events", ".jsonl")) {
    shards[file.shard.count].push_back(file.shard);
  }
  for (const LockHolder& holder : holders) {
    std::vector<Shard>& known = shards[holder.shard.count];
    if (std::ranges::find(known, holder.shard) == known.end()) known.push_back(holder.shard);
  }
  if (!holders.empty()) return shards[holders.front().shard.count];
  const auto latest = [this](const auto& parts) {
    double begin = 0;
    for (const Shard& shard : parts.second) begin = std::max(begin, log_of(shard).begin());
    return begin;
  };
  return std::ranges::max_element(shards, {}, latest)->second;
}

std::vector<SweepStatus> StatusReader::read_sweeps() {
  // The holders first: a sweep that ends in between has then left its last events.
  const auto holders = lock_.holders();
  std::vector<SweepStatus> sweeps;
  for (const Shard& shard : shards_to_tell(holders)) {
    const LastSweep& log = log_of(shard);
    SweepStatus sweep{.shard = shard, .slots = log.slots(), .begin = log.begin(), .end = log.last()};
    sweep.exit_code = log.exit_code();
    const auto holder = std::ranges::find(holders, shard, &LockHolder::shard);
    if (holder != holders.end()) take_holder(sweep, *holder, log);
    if (sweep.holder || log.exists()) sweeps.push_back(std::move(sweep));
  }
  return sweeps;
}

void StatusReader::replay(const SweepStatus& sweep, const store::TrialOutcomes& outcomes, Board& board) {
  const bool at_work = sweep.holder && sweep.begin > 0;
  for (const auto& [id, trial] : log_of(sweep.shard).trials()) {
    // Whoever finished it: what a sweep that is gone tells of its starts no longer matters.
    const bool over = !at_work && has_result(outcomes, id);
    if (trial.attempt > 0 && !over) board.started(id, trial.attempt, trial.started);
    replay_epochs(board, id, trial);
    if (over) continue;
    if (trial.end) {
      replay_end(board, id, *trial.end, outcomes);
    } else if (!at_work && trial.attempt > 0) {
      board.ended(id, store::Outcome::interrupted, "", trial.started);
    }
  }
}

RunStatus StatusReader::read() {
  refuse_without_plan();
  std::vector<SweepStatus> sweeps = read_sweeps();
  const auto plan = store::read_run_plan(run_);
  store::TrialOutcomes outcomes = store::scan_outcomes(run_, plan, store::Depth::seal);
  RunStatus status{.run = run_, .sweeps = std::move(sweeps), .board = Board(plan, outcomes)};
  for (const SweepStatus& sweep : status.sweeps) replay(sweep, outcomes, status.board);
  status.damaged = std::move(outcomes.damaged);
  status.state = state_of(status.sweeps, status.board.totals());
  status.remaining = forecast_of(status.sweeps, status.board, unix_seconds());
  count_trials(status);
  for (const SweepStatus& sweep : status.sweeps) {
    if (sweep.begin > 0) status.elapsed = std::max(status.elapsed, sweep.end - sweep.begin);
  }
  return status;
}

}  // namespace lnn::sweep
