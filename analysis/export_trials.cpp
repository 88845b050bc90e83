#include <algorithm>
#include <functional>
#include <set>

#include "analysis/export_parts.h"
#include "experiment/settings.h"

namespace lnn::analysis {
namespace {

using experiment::PlannedTrial;
using experiment::Settings;

/// The names that vary from run to run, each in alphabetic order.
struct Names {
  std::set<std::string> settings;
  std::set<std::string> metrics;
  std::set<std::string> provenance;
};

void add_names(Names& names, const RunResults& run) {
  for (const PlannedTrial& trial : run.plan.trials) {
    for (const auto& [key, value] : experiment::flatten(trial.config(), trial.id)) names.settings.insert(key);
  }
  for (const auto& [id, record] : run.contents.records) {
    for (const auto& [name, metric] : record.metrics) names.metrics.insert(name);
    for (const auto& [name, text] : record.provenance) names.provenance.insert(name);
  }
}

std::vector<std::string> column_names(const Names& names) {
  std::vector<std::string> columns{"run",     "experiment", "scale",    "label", "id",  "seed",
                                   "outcome", "reason",     "attempts", "cost",  "case"};
  columns.insert(columns.end(), names.settings.begin(), names.settings.end());
  columns.insert(columns.end(), names.metrics.begin(), names.metrics.end());
  for (const std::string& name : names.provenance) columns.push_back("provenance." + name);
  return columns;
}

std::string reason_of(const ArmTrial& trial, const RunResults& run) {
  if (trial.record != nullptr) return trial.record->reason;
  const auto problem = run.contents.damaged.find(trial.planned->id);
  return problem == run.contents.damaged.end() ? "" : problem->second;
}

void add_result(std::vector<Json>& row, const ArmTrial& trial, const Names& names) {
  static const store::TrialRecord nothing;
  const store::TrialRecord& record = trial.record != nullptr ? *trial.record : nothing;
  for (const std::string& name : names.metrics) {
    const auto found = record.metrics.find(name);
    row.push_back(found == record.metrics.end() ? Json() : Json(found->second.value));
  }
  for (const std::string& name : names.provenance) {
    const auto found = record.provenance.find(name);
    row.push_back(found == record.provenance.end() ? Json() : Json(found->second));
  }
}

std::vector<Json> make_row(const ArmTrial& trial, const RunResults& run, const Names& names) {
  const experiment::Member& member = *trial.member;
  std::vector<Json> row{run.name,
                        member.arm->experiment,
                        run.plan.scale,
                        member.arm->label,
                        trial.planned->id,
                        member.seed,
                        trial.outcome,
                        reason_of(trial, run),
                        trial.record != nullptr ? Json(trial.record->attempts) : Json(),
                        trial.planned->cost,
                        member.arm->swept.value("case", Json())};
  const Settings settings = experiment::flatten(trial.planned->config(), trial.planned->id);
  for (const std::string& key : names.settings) {
    const auto found = settings.find(key);
    row.push_back(found == settings.end() ? Json() : found->second);
  }
  add_result(row, trial, names);
  return row;
}

}  // namespace

void export_trials(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported) {
  Names names;
  for (const RunResults& run : runs) add_names(names, run);
  exported.files.push_back(export_path(options, "trials"));
  RowFile file(exported.files.back(), options.format, column_names(names));
  for (const RunResults& run : runs) {
    for (const ArmTrial& trial : arm_trials(run)) {
      file.write(make_row(trial, run, names));
      ++exported.rows;
    }
  }
  file.commit();
}

}  // namespace lnn::analysis
