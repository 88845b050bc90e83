#include "analysis/report/facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "experiment/settings.h"
#include "sweep/part_files.h"

namespace lnn::analysis::report {
namespace {

using experiment::Json;

std::string text_or_empty(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

ExperimentFacts described(const Json& experiment) {
  ExperimentFacts facts;
  facts.name = text_or_empty(experiment, "name");
  facts.title = text_or_empty(experiment, "title");
  facts.description = text_or_empty(experiment, "description");
  facts.system = text_or_empty(experiment, "system");
  const auto paper = experiment.find("paper");
  if (paper != experiment.end() && paper->is_object()) facts.paper = text_or_empty(*paper, "section");
  if (facts.title.empty()) facts.title = facts.name;
  return facts;
}

double seconds_of(const store::TrialRecord& record) {
  const auto found = record.metrics.find("seconds");
  return found == record.metrics.end() ? 0 : found->second.value;
}

bool completed(const ArmTrial& trial) {
  return trial.outcome == to_name(store::Outcome::completed);
}

FailedTrial failure_of(const ArmTrial& trial, const RunResults& run) {
  FailedTrial failed{run.name,
                     trial.planned->id,
                     trial.member->arm->experiment,
                     trial.member->arm->label,
                     trial.member->seed,
                     trial.outcome,
                     0,
                     ""};
  if (trial.record != nullptr) {
    failed.attempts = trial.record->attempts;
    failed.reason = trial.record->reason;
  } else if (const auto found = run.contents.damaged.find(failed.id); found != run.contents.damaged.end()) {
    failed.reason = found->second;
  }
  return failed;
}

void add_to_experiments(RunFacts& facts, const std::vector<ArmTrial>& trials) {
  std::map<std::string, ExperimentFacts*> by_name;
  for (ExperimentFacts& experiment : facts.experiments) by_name[experiment.name] = &experiment;
  std::set<std::string> counted;
  for (const ArmTrial& trial : trials) {
    const auto found = by_name.find(trial.member->arm->experiment);
    if (found == by_name.end()) continue;
    ExperimentFacts& experiment = *found->second;
    experiment.arms.insert(trial.member->arm->label);
    experiment.seeds.insert(trial.member->seed);
    ++experiment.planned;
    experiment.ended += trial.ended() ? 1 : 0;
    if (!completed(trial)) continue;
    ++experiment.completed;
    if (!counted.insert(trial.planned->id).second) continue;
    experiment.cost += trial.planned->cost;
    experiment.seconds += seconds_of(*trial.record);
  }
}

void add_trials(RunFacts& facts, const std::vector<ArmTrial>& trials, const RunResults& run) {
  std::set<std::string> counted;
  for (const ArmTrial& trial : trials) {
    if (!completed(trial) && trial.outcome != "missing") facts.failed.push_back(failure_of(trial, run));
    if (!counted.insert(trial.planned->id).second) continue;
    ++facts.outcomes[trial.outcome];
    if (trial.record == nullptr) continue;
    facts.seconds += seconds_of(*trial.record);
    for (const auto& [name, text] : trial.record->provenance) ++facts.provenance[name][text];
  }
  facts.planned = static_cast<int>(counted.size());
}

// "--set network.seed=1 --set data.samples=100"
std::string read_overrides(const store::RunDirectory& run) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(run.experiment(), ignored)) return "";
  const Json description = Json::parse(read_text_file(run.experiment()), nullptr, false);
  if (!description.is_object() || !description.contains("overrides")) return "";
  const Json& overrides = description.at("overrides");
  if (!overrides.is_object()) return "";
  std::string words;
  for (const auto& [key, value] : experiment::flatten(overrides, run.experiment().string())) {
    words += fmt::format("{}--set {}={}", words.empty() ? "" : " ", key,
                         value.is_string() ? value.get<std::string>() : value.dump());
  }
  return words;
}

std::vector<Sweep> all_sweeps(const store::RunDirectory& run, const experiment::Plan& plan) {
  std::vector<Sweep> sweeps;
  for (const sweep::PartFile& log : sweep::event_logs(run)) {
    for (Sweep& sweep : read_sweeps(log.path, plan)) {
      if (!log.shard.whole()) sweep.part = log.shard.text();
      sweeps.push_back(std::move(sweep));
    }
  }
  std::ranges::stable_sort(sweeps, {}, &Sweep::start);
  return sweeps;
}

}  // namespace

RunFacts facts_of(const RunResults& run) {
  const store::RunDirectory directory{run.name};
  RunFacts facts;
  facts.name = run.name;
  facts.scale = run.plan.scale;
  facts.partial = is_partial(run);
  facts.overrides = read_overrides(directory);
  for (const Json& experiment : run.plan.experiments) facts.experiments.push_back(described(experiment));
  const std::vector<ArmTrial> trials = arm_trials(run);
  add_to_experiments(facts, trials);
  add_trials(facts, trials, run);
  facts.sweeps = all_sweeps(directory, run.plan);
  return facts;
}

}  // namespace lnn::analysis::report
