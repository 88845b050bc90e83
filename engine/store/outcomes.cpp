#include "store/outcomes.h"

#include <system_error>
#include <unordered_map>

#include "base/error.h"

namespace lnn::store {

namespace fs = std::filesystem;

bool is_taken(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

void refuse_link(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_symlink(path, ignored)) return;
  throw_environment_error(
      "{}: is a link (its target may change without this run). Put the file itself here, or remove the link "
      "and run the sweep again.",
      path.string());
}

void refuse_other_trial(const fs::path& path, const std::string& found, const std::string& id) {
  if (found == id) return;
  throw_environment_error("{}: holds trial '{}' (the file was renamed). Delete it and run the sweep again.",
                          path.string(), found);
}

namespace {

/// The names in a folder, and whether they are links; nothing when it does not exist.
std::unordered_map<std::string, bool> names_in(const fs::path& folder) {
  std::unordered_map<std::string, bool> names;
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; entry != end; entry.increment(ignored))
    names.emplace(entry->path().filename().string(), entry->is_symlink(ignored));
  return names;
}

}  // namespace

TrialOutcomes scan_outcomes(const RunDirectory& run, const experiment::Plan& plan, Depth depth) {
  // One look at the folder is quicker than one for every trial that may be there.
  const std::unordered_map<std::string, bool> names = names_in(run.trials());
  TrialOutcomes outcomes;
  for (const experiment::PlannedTrial& trial : plan.trials) {
    const fs::path path = run.trial(trial.id);
    const auto name = names.find(path.filename().string());
    if (name == names.end()) continue;
    try {
      if (name->second) refuse_link(path);
      Glance found = glance(path, depth);
      refuse_other_trial(path, found.id, trial.id);
      outcomes.ended.emplace(trial.id, std::move(found));
    } catch (const EnvironmentError& error) {
      outcomes.damaged[trial.id] = error.what();
    }
  }
  return outcomes;
}

}  // namespace lnn::store
