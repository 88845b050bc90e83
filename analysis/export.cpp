#include "analysis/export.h"

#include <fmt/format.h>

#include "analysis/export_parts.h"
#include "base/error.h"

namespace lnn::analysis {
namespace {

namespace fs = std::filesystem;

void create_folder(const fs::path& folder) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure) {
    throw_environment_error("--out {}: cannot be created ({}). Choose a folder where you may write.",
                            folder.string(), failure.message());
  }
}

/// The trials of all runs with what origin_differences() looks at. Not merged: the files hold a trial once
/// per run.
RunResults origins(std::span<const RunResults> runs) {
  RunResults all;
  for (const RunResults& run : runs) {
    for (const experiment::PlannedTrial& trial : run.plan.trials) {
      all.plan.trials.push_back({trial.id, 0, trial.members});
    }
    for (const auto& [id, record] : run.contents.records) {
      store::TrialRecord& origin = all.contents.records[run.name + ": " + id];
      origin.outcome = record.outcome;
      origin.provenance = record.provenance;
    }
  }
  return all;
}

}  // namespace

Exported export_runs(std::span<const RunResults> runs, const ExportOptions& options) {
  create_folder(options.folder);
  Exported exported;
  export_trials(runs, options, exported);
  export_epochs(runs, options, exported);
  if (options.rollouts) export_rollouts(runs, options, exported);
  export_columns(runs, options, exported);
  exported.warnings = origin_differences(origins(runs));
  return exported;
}

}  // namespace lnn::analysis
