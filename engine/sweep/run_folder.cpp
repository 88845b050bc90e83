#include "sweep/run_folder.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>
#include <iostream>

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
  if (!is_run(run) && !fs::is_empty(run.root)) {
    throw_user_error(
        "--out {}: is neither empty nor a run of this program (its files might be overwritten). Choose "
        "another --out.",
        run.root.string());
  }
}

void move_old_run_aside(const store::RunDirectory& run) {
  if (!is_run(run)) return;
  const RunLock lock(run.lock());
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
  if (!there.is_object() || !there.contains("experiments") || !there.contains("overrides")) {
    throw_environment_error("{}: is damaged (not a description of a run). Choose another --out, or --fresh.",
                            run.experiment().string());
  }
  refuse_difference(run.root, "experiment", names_of(there.at("experiments")),
                    names_of(here.at("experiments")));
  refuse_difference(run.root, "scale", there.value("scale", "?"), here.at("scale"));
  refuse_difference(run.root, "--set", there.at("overrides").dump(), here.at("overrides").dump());
}

void remove_temporaries(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    std::error_code ignored;
    if (entry.path().filename().string().find(".tmp.") != std::string::npos) {
      fs::remove(entry.path(), ignored);
    }
  }
}

}  // namespace

RunFolder::RunFolder(const RunFolderOptions& options, const experiment::Plan& plan)
    : run_{fs::absolute(options.root)} {
  refuse_foreign_folder(run_);
  if (options.fresh) move_old_run_aside(run_);
  create_folder(run_.root);
  lock_ = std::make_unique<RunLock>(run_.lock());
  const Json description = description_of(plan, options.overrides);
  refuse_another_experiment(run_, description);
  for (const fs::path& folder : {run_.trials(), run_.checkpoints(), run_.configs(), run_.logs()})
    create_folder(folder);
  remove_temporaries(run_.trials());
  remove_temporaries(run_.checkpoints());
  write_text_file(run_.experiment(), description.dump(2) + "\n");
  experiment::write_plan(plan, run_.plan());
}

store::RunContents RunFolder::scan(const experiment::Plan& plan) const {
  store::RunContents contents = store::scan_trials(run_, plan);
  for (const auto& [id, problem] : contents.damaged) {
    const fs::path aside = run_.trial(id).string() + ".damaged";
    std::error_code failure;
    fs::rename(run_.trial(id), aside, failure);
    if (failure) {
      throw_environment_error("{}: is damaged ({}) and cannot be renamed ({}). Check the permissions.",
                              run_.trial(id).string(), problem, failure.message());
    }
    std::cerr << fmt::format("lnn-sweep: {} (Set aside as {}.)\n", problem, aside.string());
  }
  return contents;
}

std::map<std::string, int> RunFolder::saved_epochs(const experiment::Plan& plan) const {
  std::map<std::string, int> epochs;
  for (const experiment::PlannedTrial& trial : plan.trials) {
    const fs::path path = run_.checkpoint(trial.id);
    std::error_code ignored;
    if (!fs::exists(path, ignored)) continue;
    try {
      epochs[trial.id] = store::read_checkpoint(path).epochs();
    } catch (const EnvironmentError&) {
      // The trial itself will say why it starts over.
    }
  }
  return epochs;
}

}  // namespace lnn::sweep
