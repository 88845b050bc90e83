#include "sweep/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <ctime>
#include <iostream>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "store/checkpoint_file.h"

namespace lnn::sweep {
namespace {

namespace fs = std::filesystem;
using experiment::Json;

void create_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw_environment_error("{}: cannot be created ({}). Choose an --out where you may write.",
                            folder.string(), failure.message());
  }
}

bool is_run(const store::RunDirectory& run) {
  return fs::exists(run.experiment()) || fs::exists(run.lock());
}

void refuse_foreign_folder(const store::RunDirectory& run) {
  std::error_code failure;
  const fs::file_status status = fs::status(run.root, failure);
  if (!fs::exists(status)) return;
  if (!fs::is_directory(status)) {
    throw_user_error("--out {}: is a file (results need a folder). Choose another --out.", run.root.string());
  }
  // In this order: another part may create the folder's first file, its lock, in between.
  if (!fs::is_empty(run.root) && !is_run(run)) {
    throw_user_error(
        "--out {}: is neither empty nor a run of this program (its files might be overwritten). Choose "
        "another --out.",
        run.root.string());
  }
}

void move_old_run_aside(const store::RunDirectory& run, const RunFolderOptions& options) {
  if (!options.shard.whole()) {
    throw_user_error(
        "--fresh: is not for a part of a sweep ({}; it would move the other parts' results away). Move {} "
        "away "
        "yourself, or choose another --out.",
        options.shard.text(), run.root.string());
  }
  if (!is_run(run)) return;
  const RunLock lock(run, {{}, options.patience});
  const std::string stem =
      fmt::format("{}.old-{:%Y%m%d-%H%M%S}", run.root.string(), fmt::localtime(std::time(nullptr)));
  fs::path aside = stem;
  for (int i = 2; fs::exists(aside); ++i) aside = fmt::format("{}-{}", stem, i);
  std::error_code failure;
  fs::rename(run.root, aside, failure);
  if (failure) {
    throw_environment_error("{}: cannot be renamed to {} ({}). Check the permissions of its folder.",
                            run.root.string(), aside.string(), failure.message());
  }
}

std::string names_of(const Json& experiments) {
  std::vector<std::string> names;
  for (const Json& experiment : experiments) names.push_back(experiment.value("name", "?"));
  std::sort(names.begin(), names.end());
  return fmt::format("{}", fmt::join(names, ", "));
}

void refuse_difference(const fs::path& root, const char* what, const std::string& there,
                       const std::string& here) {
  if (there == here) return;
  throw_user_error(
      "--out {}: holds a run with {} {}, and this command has {} (their results would mix). Choose another "
      "--out, or --fresh to move the old run aside.",
      root.string(), what, there, here);
}

Json description_of(const experiment::Plan& plan, const Json& overrides) {
  return {{"scale", plan.scale}, {"overrides", overrides}, {"experiments", plan.experiments}};
}

void refuse_another_experiment(const store::RunDirectory& run, const Json& here) {
  // A run that was killed right after it took the lock has no description yet.
  if (!fs::exists(run.experiment())) return;
  const Json there = Json::parse(read_text_file(run.experiment()), nullptr, false);
  if (!there.is_object() || !there.contains("experiments") || !there.contains("overrides") ||
      !there.contains("scale")) {
    throw_environment_error("{}: is damaged (not a description of a run). Choose another --out, or --fresh.",
                            run.experiment().string());
  }
  refuse_difference(run.root, "experiment", names_of(there.at("experiments")),
                    names_of(here.at("experiments")));
  refuse_difference(run.root, "scale", there.value("scale", "?"), here.at("scale"));
  refuse_difference(run.root, "--set", there.at("overrides").dump(), here.at("overrides").dump());
}

// Parts come and go; those that are at work now must agree on what is in which part.
void refuse_another_plan(const store::RunDirectory& run, const Json& here, const Shard& shard) {
  if (!fs::exists(run.experiment())) return;
  const auto holders = RunLockReader(run).holders();
  const auto other = std::ranges::find_if_not(holders, [&](const auto& h) { return h.shard == shard; });
  if (other == holders.end()) return;
  if (Json::parse(read_text_file(run.experiment()), nullptr, false) == here) return;
  throw_user_error(
      "--out {}: another part works here with experiment files that differ from these ({}). Give all parts "
      "the "
      "same files, or wait until the others have ended.",
      run.root.string(), describe(*other));
}

// The process that wrote a temporary file, "<path>.tmp.<host>.<pid>.<n>", is gone from this machine.
bool is_left_behind_here(const std::string& name) {
  const std::string mark = ".tmp." + host_name() + ".";
  const std::size_t place = name.find(mark);
  long pid = 0;
  if (place == std::string::npos || std::sscanf(name.c_str() + place + mark.size(), "%9ld", &pid) != 1 ||
      pid <= 0) {
    return false;
  }
  return kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH;
}

// A whole sweep is alone here; other parts may be writing theirs.
void remove_temporaries(const fs::path& folder, const Shard& shard) {
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) {
    const std::string name = entry.path().filename().string();
    if (name.find(".tmp.") == std::string::npos) continue;
    std::error_code ignored;
    if (shard.whole() || is_left_behind_here(name)) fs::remove(entry.path(), ignored);
  }
}

void set_aside(const fs::path& file, const std::string& problem) {
  const fs::path aside = file.string() + ".damaged";
  std::error_code failure;
  fs::rename(file, aside, failure);
  if (failure) {
    throw_environment_error("{}: is damaged ({}) and cannot be renamed ({}). Check the permissions.",
                            file.string(), problem, failure.message());
  }
  std::cerr << fmt::format("lnn-sweep: {} (Set aside as {}.)\n", problem, aside.string());
}

}  // namespace

RunFolder::RunFolder(const RunFolderOptions& options, const experiment::Plan& plan)
    : run_{fs::absolute(options.root)}, shard_(options.shard) {
  refuse_foreign_folder(run_);
  if (options.fresh) move_old_run_aside(run_, options);
  create_folder(run_.root);
  lock_ = std::make_unique<RunLock>(run_, RunLockOptions{shard_, options.patience});
  const Json description = description_of(plan, options.overrides);
  refuse_another_experiment(run_, description);
  if (!shard_.whole()) refuse_another_plan(run_, description, shard_);
  for (const fs::path& folder : {run_.trials(), run_.checkpoints(), run_.configs(), run_.logs()})
    create_folder(folder);
  tidy();
  write_text_file(run_.experiment(), description.dump(2) + "\n");
  experiment::write_plan(plan, run_.plan());
}

void RunFolder::tidy() const {
  for (const fs::path& folder :
       {run_.root, run_.trials(), run_.checkpoints(), run_.configs(), run_.quarantine()})
    remove_temporaries(folder, shard_);
}

fs::path RunFolder::events_path() const {
  return run_.events(shard_.whole() ? std::string() : shard_.text());
}

store::TrialOutcomes RunFolder::scan(const experiment::Plan& plan) const {
  store::TrialOutcomes outcomes = store::scan_outcomes(run_, plan, store::Depth::content);
  for (std::size_t position = 0; position < plan.trials.size(); ++position) {
    const auto damaged = outcomes.damaged.find(plan.trials[position].id);
    if (damaged != outcomes.damaged.end() && shard_.contains(position)) {
      set_aside(run_.trial(damaged->first), damaged->second);
    }
  }
  return outcomes;
}

std::map<std::string, int> RunFolder::saved_epochs(const experiment::Plan& plan) const {
  std::map<std::string, int> epochs;
  for (const experiment::PlannedTrial& trial : plan.trials) {
    const fs::path path = run_.checkpoint(trial.id);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    try {
      epochs[trial.id] = store::read_checkpoint_epochs(path);
    } catch (const EnvironmentError& error) {
      // The trial itself will say why it starts over, but a folder would be in the way of its checkpoints.
      if (!fs::is_regular_file(path, ignored)) set_aside(path, error.what());
    }
  }
  return epochs;
}

}  // namespace lnn::sweep
