#include "analysis/report/make_report.h"

#include <fmt/format.h>

#include <utility>

#include "analysis/figures/figures.h"
#include "analysis/table.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/scratch_folder.h"
#include "base/version.h"

namespace lnn::analysis::report {
namespace {

void draw_all(Report& report, const figures::Sources& sources) {
  const ScratchFolder folder("lnn-sweep-report");
  figures::FiguresOptions options;
  options.out = folder.path();
  for (const figures::Applied& applied : figures::draw_figures(sources, options).applied) {
    for (const std::string& name : applied.names) {
      report.figures.push_back({applied.experiment, fmt::format("{}: {}", name, applied.kind.shows),
                                fmt::format("Figure {}: {}. Its numbers: lnn-sweep figures --only {}", name,
                                            applied.kind.shows, name),
                                read_text_file(folder.path() / (name + ".svg"))});
    }
  }
}

std::size_t trials_of(const figures::Sources& sources) {
  std::size_t trials = 0;
  for (const RunResults& run : sources.runs()) trials += run.contents.records.size();
  return trials;
}

std::string names_of(const std::vector<RunFacts>& runs) {
  std::string names;
  for (const RunFacts& run : runs) names += (names.empty() ? "" : " ") + run.name;
  return names;
}

// The page is worth having without its figures: it says what it lacks.
void add_figures(Report& report, const figures::Sources& sources, std::size_t most_trials) {
  if (const std::size_t trials = trials_of(sources); trials > most_trials) {
    report.without_figures = fmt::format(
        "The page has no figures ({} trials are more than {}, whose histories and trajectories may not fit "
        "into memory). To draw them: lnn-sweep figures {} --out FOLDER; --only EXPERIMENT draws those of "
        "one.",
        trials, most_trials, names_of(report.runs));
    report.warnings.push_back(report.without_figures);
    return;
  }
  try {
    draw_all(report, sources);
  } catch (const EnvironmentError& error) {
    report.problems.push_back(fmt::format("The figures are missing: {}", error.what()));
  }
}

void add_numbers(Report& report, const std::vector<RunResults>& runs) {
  for (const RunResults& run : runs) {
    for (const std::string& difference : origin_differences(run)) report.warnings.push_back(difference);
    for (const Table& table : build_tables(run.plan, run.contents, run.name)) {
      report.tables.push_back(to_text_table(table));
      for (TextTable& comparison : to_comparison_tables(table))
        report.tables.push_back(std::move(comparison));
    }
  }
  report.claims = judge_claims(runs);
}

}  // namespace

Report make_report(LoadedRuns loaded, const ReportOptions& options) {
  Report report;
  report.problems = std::move(loaded.problems);
  report.warnings = std::move(loaded.warnings);
  report.time = iso_time(unix_seconds());
  report.program = version_line();
  for (const RunResults& run : loaded.runs) report.runs.push_back(facts_of(run));
  const figures::Sources sources(std::move(loaded.runs));
  add_numbers(report, sources.runs());
  if (options.figures) add_figures(report, sources, options.most_trials);
  return report;
}

}  // namespace lnn::analysis::report
