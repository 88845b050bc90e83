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

}  // namespace

Exported export_runs(std::span<const RunResults> runs, const ExportOptions& options) {
  create_folder(options.folder);
  Exported exported;
  export_trials(runs, options, exported);
  export_epochs(runs, options, exported);
  if (options.rollouts) export_rollouts(runs, options, exported);
  export_columns(runs, options, exported);
  return exported;
}

}  // namespace lnn::analysis
