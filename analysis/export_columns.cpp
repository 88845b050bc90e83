#include <map>
#include <tuple>

#include "analysis/export_parts.h"
#include "base/error.h"
#include "experiment/keys.h"

namespace lnn::analysis {
namespace {

using store::Column;
using store::TrialRecord;

/// (file, column) -> unit, meaning
using Meanings = std::map<std::pair<std::string, std::string>, std::pair<std::string, std::string>>;

void add_settings(Meanings& meanings) {
  for (const experiment::Key& key : experiment::keys()) {
    meanings[{"trials", key.path}] = {key.unit, key.meaning};
  }
}

void add_record(Meanings& meanings, const TrialRecord& record, bool rollouts) {
  for (const auto& [name, metric] : record.metrics) {
    meanings[{"trials", name}] = {metric.unit, metric.meaning};
  }
  for (const Column& column : record.history) {
    meanings[{"epochs", column.name}] = {column.unit, column.meaning};
  }
  for (const store::ArrayGroup& group : record.groups) {
    if (!rollouts || group.family != "rollouts") continue;
    for (const Column& column : flat_columns(group)) {
      meanings[{"rollouts", column.name}] = {column.unit, column.meaning};
    }
  }
}

Meanings read_meanings(std::span<const RunResults> runs, bool rollouts) {
  Meanings meanings;
  add_settings(meanings);
  for (const RunResults& run : runs) {
    const store::TrialReader reader(run.name);
    for (const std::string& id : sample_trials(run)) {
      try {
        add_record(meanings, reader.record(id), rollouts);
      } catch (const EnvironmentError&) {
        // The export of the epochs names it.
      }
    }
  }
  return meanings;
}

}  // namespace

void export_columns(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported) {
  exported.files.push_back(export_path(options, "columns"));
  RowFile file(exported.files.back(), options.format, {"file", "column", "unit", "meaning"});
  for (const auto& [place, text] : read_meanings(runs, options.rollouts)) {
    file.write(std::vector<Json>{place.first, place.second, text.first, text.second});
  }
  file.commit();
}

}  // namespace lnn::analysis
