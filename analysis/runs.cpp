#include "analysis/runs.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "experiment/trial_config.h"
#include "store/results_file.h"

namespace lnn::analysis {
namespace {

namespace fs = std::filesystem;
using experiment::Json;
using experiment::Member;
using experiment::PlannedTrial;
using store::Outcome;
using store::RunContents;
using store::TrialRecord;

RunResults read_file(const fs::path& path, const std::string& name) {
  store::ResultsFile results = store::read_results(path);
  return {name, std::move(results.plan), std::move(results.contents)};
}

// A folder without plan.json may hold a results.h5 that was copied from elsewhere.
RunResults read_run(const std::string& name) {
  const store::RunDirectory directory{name};
  std::error_code ignored;
  if (fs::is_regular_file(name, ignored)) return read_file(name, name);
  if (!fs::exists(directory.plan(), ignored) && fs::exists(directory.results(), ignored)) {
    return read_file(directory.results(), name);
  }
  RunResults run{name, store::read_run_plan(directory), {}};
  run.contents = store::read_contents(directory, run.plan);
  return run;
}

/// How much a trial's file tells: of two runs' files the better one counts.
int rank(const RunContents& contents, const std::string& id) {
  const auto record = contents.records.find(id);
  if (record == contents.records.end()) return contents.damaged.contains(id) ? 1 : 0;
  if (record->second.outcome == Outcome::completed) return 4;
  return record->second.outcome == Outcome::interrupted ? 2 : 3;
}

void take_trial(RunContents& all, RunContents& more, const std::string& id) {
  if (rank(more, id) <= rank(all, id)) return;
  all.records.erase(id);
  all.damaged.erase(id);
  all.records.insert(more.records.extract(id));
  all.damaged.insert(more.damaged.extract(id));
}

void add_members(PlannedTrial& trial, const std::vector<Member>& members) {
  for (const Member& member : members) {
    const bool known = std::ranges::any_of(trial.members, [&member](const Member& other) {
      return other.arm->experiment == member.arm->experiment && other.arm->label == member.arm->label;
    });
    if (!known) trial.members.push_back(member);
  }
}

void add_trials(RunResults& all, RunResults& more) {
  std::map<std::string, PlannedTrial*> planned;
  for (PlannedTrial& trial : all.plan.trials) planned[trial.id] = &trial;
  std::vector<PlannedTrial> added;
  for (PlannedTrial& trial : more.plan.trials) {
    take_trial(all.contents, more.contents, trial.id);
    const auto known = planned.find(trial.id);
    if (known != planned.end()) {
      add_members(*known->second, trial.members);
    } else {
      added.push_back(std::move(trial));
    }
  }
  std::ranges::move(added, std::back_inserter(all.plan.trials));
}

void add_experiments(experiment::Plan& plan, const std::vector<Json>& experiments) {
  for (const Json& experiment : experiments) {
    const bool known = std::ranges::any_of(plan.experiments, [&experiment](const Json& other) {
      return other.at("name") == experiment.at("name");
    });
    if (!known) plan.experiments.push_back(experiment);
  }
}

Json arm_settings(const PlannedTrial& trial) {
  Json settings = experiment::without_seed(trial.config());
  settings.erase("rollout");
  return settings;
}

// Arms of one name must have one meaning.
void refuse_different_arms(std::span<const RunResults> runs) {
  std::map<std::vector<std::string>, std::pair<Json, std::string>> known;
  for (const RunResults& run : runs) {
    std::set<std::vector<std::string>> seen;
    for (const PlannedTrial& trial : run.plan.trials) {
      for (const Member& member : trial.members) {
        const std::vector<std::string> arm{run.plan.scale, member.arm->experiment, member.arm->label};
        // One trial of each arm and run is enough: inside a run the plan has checked it.
        if (!seen.insert(arm).second) continue;
        const auto [other, is_new] = known.try_emplace(arm, arm_settings(trial), run.name);
        if (is_new || other->second.first == arm_settings(trial)) continue;
        throw_user_error(
            "{} and {}: the arm '{}' of experiment '{}' has different settings in these runs (its trials "
            "cannot be averaged). Look at the runs one by one.",
            other->second.second, run.name, member.arm->label, member.arm->experiment);
      }
    }
  }
}

bool is_swept(const RunResults& run, const std::string& key) {
  for (const PlannedTrial& trial : run.plan.trials) {
    for (const Member& member : trial.members) {
      if (member.arm->swept.contains(key)) return true;
    }
  }
  return false;
}

std::map<std::string, int> origins(const RunResults& run, const std::string& fact) {
  std::map<std::string, int> counts;
  for (const auto& [id, record] : run.contents.records) {
    if (record.outcome != Outcome::completed) continue;
    const auto found = record.provenance.find(fact);
    if (found != record.provenance.end()) ++counts[found->second];
  }
  return counts;
}

}  // namespace

LoadedRuns load_runs(std::span<const std::string> paths) {
  LoadedRuns loaded;
  std::exception_ptr first_failure;
  for (const std::string& path : paths) {
    try {
      loaded.runs.push_back(read_run(path));
      for (const auto& [id, problem] : loaded.runs.back().contents.damaged)
        loaded.problems.push_back(problem);
    } catch (const UserError& error) {
      if (!first_failure) first_failure = std::current_exception();
      loaded.problems.push_back(fmt::format("{} (Left out.)", error.what()));
    } catch (const EnvironmentError& error) {
      if (!first_failure) first_failure = std::current_exception();
      loaded.problems.push_back(fmt::format("{} (Left out.)", error.what()));
    }
  }
  if (loaded.runs.empty() && first_failure) std::rethrow_exception(first_failure);
  return loaded;
}

bool ArmTrial::ended() const {
  return record != nullptr && record->outcome != Outcome::interrupted;
}

std::vector<ArmTrial> arm_trials(const experiment::Plan& plan, const RunContents& contents) {
  std::vector<ArmTrial> trials;
  for (const PlannedTrial& planned : plan.trials) {
    const auto found = contents.records.find(planned.id);
    const bool readable = found != contents.records.end();
    const std::string outcome = readable                                ? to_name(found->second.outcome)
                                : contents.damaged.contains(planned.id) ? "damaged"
                                                                        : "missing";
    for (const Member& member : planned.members) {
      trials.push_back({&planned, &member, readable ? &found->second : nullptr, outcome});
    }
  }
  return trials;
}

std::vector<ArmTrial> arm_trials(const RunResults& run) {
  return arm_trials(run.plan, run.contents);
}

bool is_partial(const RunResults& run) {
  const std::vector<ArmTrial> trials = arm_trials(run);
  return !std::ranges::all_of(trials, &ArmTrial::ended);
}

std::vector<RunResults> merge_runs(std::vector<RunResults> runs) {
  refuse_different_arms(runs);
  std::vector<RunResults> merged;
  for (RunResults& run : runs) {
    const auto same = [&run](const RunResults& other) { return other.plan.scale == run.plan.scale; };
    const auto known = std::ranges::find_if(merged, same);
    if (known == merged.end()) {
      merged.push_back(std::move(run));
      continue;
    }
    known->name += " + " + run.name;
    add_experiments(known->plan, run.plan.experiments);
    add_trials(*known, run);
  }
  return merged;
}

std::vector<std::string> origin_differences(const RunResults& run) {
  struct Fact {
    const char* name;
    const char* title;
    const char* key;  ///< a sweep over it is no surprise
  };
  static constexpr std::array facts{Fact{"program_version", "program version", ""},
                                    Fact{"git_commit", "program commit", ""},
                                    Fact{"libtorch", "LibTorch", ""},
                                    Fact{"backend", "backend", ""},
                                    Fact{"precision", "precision", "training.precision"},
                                    Fact{"device", "device", ""},
                                    Fact{"processor", "processor", ""},
                                    Fact{"instruction_set", "instruction set", ""}};
  std::vector<std::string> differences;
  for (const Fact& fact : facts) {
    const std::map<std::string, int> counts = origins(run, fact.name);
    if (counts.size() < 2 || is_swept(run, fact.key)) continue;
    std::vector<std::string> parts;
    for (const auto& [text, count] : counts) parts.push_back(fmt::format("{} ({} trials)", text, count));
    differences.push_back(fmt::format("The trials differ in {}: {}.", fact.title, fmt::join(parts, ", ")));
  }
  return differences;
}

}  // namespace lnn::analysis
