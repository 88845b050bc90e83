#include "store/run_directory.h"

#include <utility>

#include "base/error.h"
#include "base/files.h"
#include "store/outcomes.h"
#include "store/results_seal.h"
#include "store/results_table.h"
#include "store/trial_layout.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;
using experiment::Plan;
using experiment::PlannedTrial;

OpenTrial open_planned(const RunDirectory& run, const PlannedTrial& trial) {
  const fs::path path = run.trial(trial.id);
  refuse_link(path);
  OpenTrial open = open_trial(path, Part::summary);
  refuse_other_trial(path, open.record.id, trial.id);
  return open;
}

// Calls `use(OpenTrial&)` with every planned trial whose file is there and whole.
template <class Use>
RunContents visit_trials(const RunDirectory& run, const Plan& plan, Use use) {
  RunContents contents;
  for (const PlannedTrial& trial : plan.trials) {
    if (!is_taken(run.trial(trial.id))) continue;
    // Taken before reading: a file that is replaced meanwhile will not match.
    contents.stamps[trial.id] = stamp_of(run.trial(trial.id));
    try {
      OpenTrial open = open_planned(run, trial);
      use(open);
      contents.records[trial.id] = std::move(open.record);
    } catch (const EnvironmentError& error) {
      contents.damaged[trial.id] = error.what();
    }
  }
  return contents;
}

void copy_trial(const hdf5::Handle& group, const OpenTrial& trial) {
  hdf5::check(H5Ocopy(trial.file.id(), "/", group.id(), trial.record.id.c_str(), H5P_DEFAULT, H5P_DEFAULT),
              "copy trial " + trial.record.id);
}

// More than the copies of all trial files take: groups, links and rounding included.
std::uintmax_t space_for_trials(const RunDirectory& run, const Plan& plan) {
  constexpr std::uintmax_t overhead = 4096;
  std::uintmax_t bytes = std::uintmax_t{1} << 20;
  for (const PlannedTrial& trial : plan.trials) {
    std::error_code absent;
    const std::uintmax_t size = fs::file_size(run.trial(trial.id), absent);
    if (!absent) bytes += size + overhead;
  }
  return bytes;
}

RunContents write_results(const fs::path& path, const RunDirectory& run, const Plan& plan) {
  const std::uintmax_t space = space_for_trials(run, plan);
  hdf5::Handle file = hdf5::create_file(path, space);
  hdf5::write_attribute(file.id(), "program", "lnn-sweep");
  hdf5::write_attribute(file.id(), "schema_version", std::int64_t{schema_version});
  hdf5::write_attribute(file.id(), "scale", plan.scale);
  hdf5::write_attribute(file.id(), "sealed", std::int64_t{1});
  hdf5::Handle trials = hdf5::create_group(file.id(), "trials");
  RunContents contents =
      visit_trials(run, plan, [&trials](const OpenTrial& trial) { copy_trial(trials, trial); });
  trials.close("complete the trials");
  const ResultsTable table = make_results_table(plan, contents);
  const std::string plan_text = experiment::plan_text(plan);
  hdf5::reserve_space(path, space + table.bytes.size() + plan_text.size());
  write_results_table(file.id(), table);
  write_results_plan(file.id(), plan_text);
  file.close("complete the file");
  seal_results(path);
  return contents;
}

}  // namespace

void RunContents::merge(RunContents others) {
  records.merge(others.records);
  damaged.merge(others.damaged);
  stamps.merge(others.stamps);
}

experiment::Plan read_run_plan(const RunDirectory& run) {
  constexpr const char* remedy = "Give the folder that 'lnn-sweep run ... --out RUN' made.";
  std::error_code ignored;
  if (!fs::is_directory(run.root, ignored)) {
    throw_user_error("{}: not a run (there is no such folder). {}", run.root.string(), remedy);
  }
  if (!fs::exists(run.plan(), ignored)) {
    throw_user_error("{}: not a run (it has no plan.json). {}", run.root.string(), remedy);
  }
  return experiment::read_plan(run.plan());
}

RunContents scan_trials(const RunDirectory& run, const Plan& plan) {
  return visit_trials(run, plan, [](const OpenTrial&) {});
}

RunContents collect(const RunDirectory& run, const Plan& plan) {
  const fs::path temporary = temporary_name(run.results());
  try {
    RunContents contents = write_results(temporary, run, plan);
    commit_file(temporary, run.results());
    return contents;
  } catch (const EnvironmentError&) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  } catch (const hdf5::Error& error) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw_environment_error("{}: cannot be written ({}). Free space or fix the permissions and run again.",
                            run.results().string(), error.what());
  }
}

}  // namespace lnn::store
