#include "store/results_file.h"

#include <utility>

#include "base/error.h"
#include "store/results_rows.h"
#include "store/results_seal.h"
#include "store/trial_file.h"

namespace lnn::store {
namespace {

namespace fs = std::filesystem;

void check_origin(const hdf5::Handle& file) {
  if (hdf5::read_text_attribute(file.id(), "program") != "lnn-sweep") {
    throw hdf5::Error("it was not written by lnn-sweep");
  }
  if (hdf5::read_integer_attribute(file.id(), "schema_version") > schema_version) {
    throw hdf5::Error("it was written by a newer lnn-sweep");
  }
  if (!hdf5::has_member(file.id(), "plan")) {
    throw hdf5::Error("it has no plan: an older lnn-sweep wrote it, or it is not a results.h5");
  }
}

template <class Read>
auto read_checked(const fs::path& path, Read read) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw_environment_error("{}: cannot be read (there is no such file). Check the path.", path.string());
  }
  try {
    const hdf5::Handle file = hdf5::open_file(path);
    check_origin(file);
    return read(file);
  } catch (const hdf5::Error& error) {
    throw_environment_error(
        "{}: not a readable results.h5 ({}). 'lnn-sweep collect RUN' makes it anew from the run's trials.",
        path.string(), error.what());
  }
}

/// Damaged and missing trials of a collected file are looked for again.
bool was_collected(const RunContents& collected, const std::string& id, const fs::path& path) {
  const auto stamp = collected.stamps.find(id);
  return collected.records.contains(id) && stamp != collected.stamps.end() &&
         is_unchanged(path, stamp->second);
}

RunContents read_table_if_possible(const RunDirectory& run) {
  try {
    return read_checked(run.results(),
                        [](const hdf5::Handle& file) { return read_results_table(file.id()); });
  } catch (const EnvironmentError&) {
    return {};
  }
}

}  // namespace

ResultsFile read_results(const fs::path& path) {
  const bool has_seal = check_results_seal(path);
  return read_checked(path, [&](const hdf5::Handle& file) {
    const bool was_sealed = hdf5::has_attribute(file.id(), "sealed");
    if (was_sealed && !has_seal) throw hdf5::Error("its last line is missing or damaged");
    return ResultsFile{experiment::parse_plan(read_results_plan(file.id()), path.string()),
                       read_results_table(file.id())};
  });
}

RunContents read_contents(const RunDirectory& run, const experiment::Plan& plan) {
  RunContents collected = read_table_if_possible(run);
  RunContents contents;
  experiment::Plan others;
  for (const experiment::PlannedTrial& trial : plan.trials) {
    if (!was_collected(collected, trial.id, run.trial(trial.id))) {
      experiment::PlannedTrial other;
      other.id = trial.id;
      others.trials.push_back(std::move(other));
      continue;
    }
    contents.records.insert(collected.records.extract(trial.id));
    contents.stamps.insert(collected.stamps.extract(trial.id));
  }
  contents.merge(scan_trials(run, others));
  return contents;
}

}  // namespace lnn::store
