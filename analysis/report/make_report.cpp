#include "analysis/report/make_report.h"

#include <fmt/format.h>

#include <filesystem>
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

namespace fs = std::filesystem;

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

// The page is worth having without its figures: it says what it lacks.
void add_figures(Report& report, const figures::Sources& sources) {
  // Figures hold every history and trajectory of an experiment in memory.
  constexpr std::size_t most_trials = 2000;
  if (trials_of(sources) > most_trials) {
    report.warnings.push_back(
        fmt::format("The page has no figures (with more than {} trials they take minutes). 'lnn-sweep "
                    "figures' draws them.",
                    most_trials));
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
  if (options.figures) add_figures(report, sources);
  return report;
}

}  // namespace lnn::analysis::report
