#include "sweep/run_status.h"

namespace lnn::sweep {
namespace {

using Json = nlohmann::json;

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

Json shard_json(const Shard& shard) {
  return shard.whole() ? Json() : Json(shard.text());
}

Json holder_json(const LockHolder& holder) {
  return {{"host", holder.host},
          {"pid", holder.pid},
          {"start", holder.start},
          {"shard", shard_json(holder.shard)},
          {"certain", holder.certain}};
}

Json drain_json(const std::optional<Draining>& draining) {
  return draining ? Json{{"since", draining->since}, {"reason", draining->reason}} : Json();
}

Json sweep_json(const SweepStatus& sweep) {
  return {{"shard", shard_json(sweep.shard)},
          {"alive", sweep.holder.has_value()},
          {"slots", sweep.slots},
          {"running", sweep.running},
          {"begin", sweep.begin},
          {"draining", drain_json(sweep.draining)},
          {"exit_code", sweep.exit_code ? Json(*sweep.exit_code) : Json()}};
}

Json trial_json(const RunStatus& status, const TrialStatus& trial) {
  Json json{{"id", trial.id},
            {"label", trial.label},
            {"seed", trial.seed},
            {"state", state_name(trial.state)},
            {"outcome", nullptr},
            {"reason", trial.reason},
            {"attempts", trial.attempts},
            {"quarantine", nullptr},
            {"epoch", nullptr},
            {"epochs", nullptr},
            {"train_total", nullptr},
            {"validation_total", nullptr},
            {"best_validation_total", nullptr},
            {"epoch_seconds", nullptr}};
  if (trial.outcome) json["outcome"] = to_name(*trial.outcome);
  if (status.quarantined.contains(trial.id)) {
    json["quarantine"] = status.run.quarantine(trial.id).string();
  }
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

Json counts_json(const RunStatus& status) {
  const Totals totals = status.board.totals();
  Json counts{{"trials", totals.trials},
              {"waiting", totals.waiting},
              {"running", totals.running},
              {"retries", status.retries},
              {"quarantined", status.quarantined.size()}};
  for (const auto& name : enum_names<store::Outcome>()) counts[name] = 0;
  for (const auto& [outcome, count] : totals.finished) counts[to_name(outcome)] = count;
  return counts;
}

}  // namespace

const char* state_name(RunState state) {
  switch (state) {
    case RunState::not_started:
      return "not_started";
    case RunState::running:
      return "running";
    case RunState::to_continue:
      return "to_continue";
    case RunState::killed:
      return "killed";
    case RunState::finished:
      return "finished";
  }
  return "?";
}

Json to_json(const RunStatus& status) {
  Json json{{"schema_version", 2},
            {"run", status.run.root.string()},
            {"state", state_name(status.state)},
            {"alive", status.state == RunState::running},
            {"holders", Json::array()},
            {"sweeps", Json::array()},
            {"elapsed_seconds", status.elapsed},
            {"remaining_seconds", status.remaining ? Json(*status.remaining) : Json()},
            {"counts", counts_json(status)},
            {"trials", Json::array()},
            {"damaged", status.damaged}};
  for (const SweepStatus& sweep : status.sweeps) {
    json["sweeps"].push_back(sweep_json(sweep));
    if (sweep.holder) json["holders"].push_back(holder_json(*sweep.holder));
  }
  for (const TrialStatus& trial : status.board.trials()) json["trials"].push_back(trial_json(status, trial));
  return json;
}

}  // namespace lnn::sweep
