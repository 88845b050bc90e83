#include "sweep/run_status.h"

#include <utility>

#include "base/clock.h"
#include "sweep/messages.h"

namespace lnn::sweep {
namespace {

const char* state_name(TrialState state) {
  switch (state) {
    case TrialState::waiting:
      return "waiting";
    case TrialState::running:
      return "running";
    case TrialState::finished:
      return "finished";
  }
  return "?";
}

// A trial whose end was logged but whose file is damaged or gone has no result: it runs again.
void replay(Board& board, const store::RunContents& contents, const Json& event) {
  const std::string kind = event.value("event", "");
  const std::string id = event.value("id", "");
  const double time = event.value("time", 0.0);
  if (kind == "trial_start") board.started(id, event.value("attempt", 1), time);
  if (kind == "trial_end") {
    const auto outcome = contents.records.contains(id)
                             ? from_name<store::Outcome>(event.value("outcome", "failed"))
                             : store::Outcome::interrupted;
    board.ended(id, outcome, event.value("reason", ""), time);
  }
  if (const auto epoch = parse_epoch(event)) board.reported(id, *epoch, time);
}

Json trial_json(const TrialStatus& trial) {
  Json json{{"id", trial.id},
            {"label", trial.label},
            {"seed", trial.seed},
            {"state", state_name(trial.state)},
            {"outcome", nullptr},
            {"reason", trial.reason},
            {"attempts", trial.attempts},
            {"epoch", nullptr},
            {"epochs", nullptr},
            {"train_total", nullptr},
            {"validation_total", nullptr},
            {"best_validation_total", nullptr},
            {"epoch_seconds", nullptr}};
  if (trial.outcome) json["outcome"] = to_name(*trial.outcome);
  if (trial.epoch) {
    json["epoch"] = trial.epoch->epoch;
    json["epochs"] = trial.epoch->epochs;
    json["train_total"] = trial.epoch->train_total;
    json["validation_total"] = trial.epoch->validation_total;
    json["best_validation_total"] = trial.epoch->best_validation_total;
    json["epoch_seconds"] = trial.epoch->seconds;
  }
  return json;
}

Json counts_json(const Totals& totals) {
  Json counts{{"trials", totals.trials}, {"waiting", totals.waiting}, {"running", totals.running}};
  for (const auto& name : enum_names<store::Outcome>()) counts[name] = 0;
  for (const auto& [outcome, count] : totals.finished) counts[to_name(outcome)] = count;
  return counts;
}

}  // namespace

StatusReader::StatusReader(store::RunDirectory run)
    : run_(std::move(run)), lock_(run_), reader_(run_.events()) {}

RunStatus StatusReader::read() {
  // The holder first: a sweep that ends in between has then left its last events.
  const auto holders = lock_.holders();
  const auto holder = holders.empty() ? std::nullopt : std::optional(holders.front());
  for (Json& event : reader_.read_new()) {
    if (event.value("event", "") == "sweep_start") events_.clear();
    events_.push_back(std::move(event));
  }
  const auto plan = store::read_run_plan(run_);
  const store::RunContents contents = store::scan_trials(run_, plan);
  RunStatus status{run_, holder, Board(plan, contents), contents.damaged, 0, std::nullopt};
  for (const Json& event : events_) replay(status.board, contents, event);
  if (!holder) status.board.all_interrupted();
  if (events_.empty()) return status;

  const double now = unix_seconds();
  const double last = holder ? now : events_.back().value("time", now);
  status.elapsed = last - events_.front().value("time", last);
  if (holder) status.remaining = forecast_seconds(status.board, now, events_.front().value("slots", 1));
  return status;
}

Json to_json(const RunStatus& status) {
  Json json{{"schema_version", 1},
            {"run", status.run.root.string()},
            {"alive", status.holder.has_value()},
            {"holder", nullptr},
            {"elapsed_seconds", status.elapsed},
            {"remaining_seconds", nullptr},
            {"counts", counts_json(status.board.totals())},
            {"trials", Json::array()},
            {"damaged", status.damaged}};
  if (status.holder) {
    json["holder"] = {
        {"host", status.holder->host}, {"pid", status.holder->pid}, {"start", status.holder->start}};
  }
  if (status.remaining) json["remaining_seconds"] = *status.remaining;
  for (const TrialStatus& trial : status.board.trials()) json["trials"].push_back(trial_json(trial));
  return json;
}

}  // namespace lnn::sweep
