#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

#include "analysis/export_parts.h"
#include "base/error.h"

namespace lnn::analysis {
namespace {

using store::Column;
using store::TrialReader;

/// What a file holds of one trial.
using SeriesOfTrial = std::vector<Series> (*)(const RunResults&, const TrialReader&, const std::string& id);

struct SeriesKind {
  std::string file;
  std::vector<std::string> keys;
  SeriesOfTrial read;
};

std::vector<Series> read_epochs(const RunResults& run, const TrialReader& reader, const std::string& id) {
  std::vector<Column> history = reader.history(id);
  if (history.empty()) return {};
  Column epochs{"epoch", "1", "", std::vector<double>(history.front().values.size())};
  std::iota(epochs.values.begin(), epochs.values.end(), 1.0);
  history.insert(history.begin(), std::move(epochs));
  std::vector<Series> series;
  series.push_back({{{"run", run.name}, {"id", id}}, std::move(history)});
  return series;
}

std::vector<Series> read_rollouts(const RunResults& run, const TrialReader& reader, const std::string& id) {
  std::vector<Series> series;
  for (const store::ArrayGroup& group : reader.record(id).groups) {
    if (group.family != "rollouts") continue;
    series.push_back({{{"run", run.name}, {"id", id}, {"test", group.name}}, flat_columns(group)});
  }
  return series;
}

/// The columns of the files that a sample of trials has; a trial that cannot be read is met again later.
std::vector<std::string> likely_columns(std::span<const RunResults> runs, const SeriesKind& kind) {
  std::vector<std::string> columns;
  for (const RunResults& run : runs) {
    const TrialReader reader(run.name);
    for (const std::string& id : sample_trials(run)) {
      try {
        for (const Series& series : kind.read(run, reader, id)) {
          for (const Column& column : series.columns) {
            if (std::ranges::find(columns, column.name) == columns.end()) columns.push_back(column.name);
          }
        }
      } catch (const EnvironmentError&) {
      }
    }
  }
  return columns;
}

/// Calls `visit` with every series until it returns false; says so.
bool visit_series(std::span<const RunResults> runs, const SeriesKind& kind,
                  std::vector<std::string>& problems, const std::function<bool(Series)>& visit) {
  for (const RunResults& run : runs) {
    const TrialReader reader(run.name);
    for (const experiment::PlannedTrial& trial : run.plan.trials) {
      if (!run.contents.records.contains(trial.id)) continue;
      try {
        for (Series& series : kind.read(run, reader, trial.id)) {
          if (!visit(std::move(series))) return false;
        }
      } catch (const EnvironmentError& error) {
        problems.push_back(error.what());
      }
    }
  }
  return true;
}

// A CSV file names its columns first: when a trial brings another one, the file begins anew with it.
void export_series(std::span<const RunResults> runs, const ExportOptions& options, const SeriesKind& kind,
                   Exported& exported) {
  const std::filesystem::path path = export_path(options, kind.file);
  std::vector<std::string> columns = likely_columns(runs, kind);
  for (bool complete = false; !complete;) {
    std::vector<std::string> problems;
    SeriesFile file(path, options.format, kind.keys, columns);
    complete = visit_series(runs, kind, problems, [&](Series series) {
      const std::size_t known = columns.size();
      for (const Column& column : series.columns) {
        if (std::ranges::find(columns, column.name) == columns.end()) columns.push_back(column.name);
      }
      const bool fits = options.format == ExportFormat::json || columns.size() == known;
      if (fits) file.write(std::move(series));
      return fits;
    });
    if (!complete) continue;
    file.commit();
    exported.problems.insert(exported.problems.end(), problems.begin(), problems.end());
  }
  exported.files.push_back(path);
}

}  // namespace

std::vector<std::string> sample_trials(const RunResults& run) {
  std::set<std::string> experiments;
  std::vector<std::string> ids;
  for (const experiment::PlannedTrial& trial : run.plan.trials) {
    if (!run.contents.records.contains(trial.id)) continue;
    const auto is_new = [&](const auto& member) { return experiments.insert(member.arm->experiment).second; };
    if (std::ranges::count_if(trial.members, is_new) > 0) ids.push_back(trial.id);
  }
  return ids;
}

std::vector<Column> flat_columns(const store::ArrayGroup& group) {
  std::vector<Column> columns;
  const std::int64_t rows =
      group.arrays.empty() || group.arrays.front().shape.empty() ? 0 : group.arrays.front().shape.front();
  for (const store::DataArray& array : group.arrays) {
    if (array.shape.empty() || array.shape.size() > 2 || array.shape.front() != rows) continue;
    const auto width = static_cast<std::size_t>(array.shape.size() == 2 ? array.shape.back() : 1);
    for (std::size_t i = 0; i < width; ++i) {
      Column& column = columns.emplace_back();
      column = {array.name, array.unit, array.meaning, {}};
      if (array.shape.size() == 2) column.name += fmt::format("_{}", i + 1);
      for (std::size_t at = i; at < array.values.size(); at += width)
        column.values.push_back(array.values[at]);
    }
  }
  return columns;
}

void export_epochs(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported) {
  export_series(runs, options, {"epochs", {"run", "id"}, read_epochs}, exported);
}

void export_rollouts(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported) {
  export_series(runs, options, {"rollouts", {"run", "id", "test"}, read_rollouts}, exported);
}

}  // namespace lnn::analysis
