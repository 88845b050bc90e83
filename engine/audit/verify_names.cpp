#include <algorithm>
#include <array>
#include <string_view>

#include "audit/verify_parts.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view damaged_suffix = ".damaged";

bool is_temporary(const std::string& name) {
  return name.find(".tmp.") != std::string::npos;
}

bool begins_with_any(const std::string& name, std::initializer_list<std::string_view> beginnings) {
  return std::ranges::any_of(beginnings, [&](std::string_view part) { return name.starts_with(part); });
}

std::vector<fs::path> sorted_files(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code absent;
  for (const auto& entry : fs::directory_iterator(folder, absent)) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void note_temporary(Inspection& inspection, const fs::path& path) {
  if (inspection.options.running) return;
  inspection.add(Severity::note, path, "", "left half-written by a killed process",
                 "Nothing: the next run removes it.");
}

void note_foreign(Inspection& inspection, const fs::path& path) {
  inspection.add(Severity::note, path, "", "is not a file of this program", "Nothing: it is not touched.");
}

void verify_root(Inspection& inspection) {
  constexpr std::array known{
      "experiment.json", "plan.json", "pace.json",  "results.h5", "trials",     "checkpoints",
      "configs",         "logs",      "lock",       "quarantine", "job.sbatch", "claims.md",
      "analysis.sbatch", "tables.md", "report.html"};
  for (const fs::path& path : sorted_files(inspection.run.root)) {
    const std::string name = path.filename();
    if (is_temporary(name)) {
      note_temporary(inspection, path);
    } else if (std::ranges::find(known, name) == known.end() &&
               !begins_with_any(name, {"events.", "lock.", "slurm-", ".began-"})) {
      note_foreign(inspection, path);
    }
  }
}

// A folder whose files are named <id>EXTENSION.
void verify_folder(Inspection& inspection, const fs::path& folder, std::string_view extension) {
  for (const fs::path& path : sorted_files(folder)) {
    const std::string name = path.filename();
    if (is_temporary(name)) {
      note_temporary(inspection, path);
    } else if (name.ends_with(damaged_suffix)) {
      inspection.add(Severity::note, path, "", "was damaged, and an earlier run set it aside",
                     "Look at the disk; then it may be deleted.");
    } else if (path.extension() != extension) {
      note_foreign(inspection, path);
    } else if (!inspection.planned.contains(path.stem())) {
      inspection.add(Severity::note, path, "", "belongs to a trial that is not in the plan (any more)",
                     "Nothing: it is kept and not counted.");
    }
  }
}

void verify_quarantine(Inspection& inspection) {
  for (const fs::path& path : sorted_files(inspection.run.quarantine())) {
    const std::string id = path.stem();
    if (!inspection.planned.contains(id)) continue;
    const auto trial = inspection.trials.find(id);
    const std::string outcome = trial == inspection.trials.end() ? "failed" : to_name(trial->second.outcome);
    inspection.add(Severity::note, path, id, fmt::format("this trial {} every time it was started", outcome),
                   "Read the file; 'lnn-sweep run ... --retry-failed' starts it again.");
  }
}

}  // namespace

void verify_names(Inspection& inspection) {
  const store::RunDirectory& run = inspection.run;
  verify_root(inspection);
  verify_folder(inspection, run.trials(), ".h5");
  verify_folder(inspection, run.checkpoints(), ".h5");
  verify_folder(inspection, run.configs(), ".json");
  verify_folder(inspection, run.logs(), ".log");
  verify_folder(inspection, run.quarantine(), ".txt");
  verify_quarantine(inspection);
}

}  // namespace lnn::audit
