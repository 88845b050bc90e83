#include "analysis/report/report.h"

#include <filesystem>
#include <iostream>

#include "analysis/figures/figures.h"
#include "analysis/table.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "base/version.h"
#include "cli/output.h"

namespace lnn::cli {
namespace {

namespace fs = std::filesystem;
using analysis::LoadedRuns;
using analysis::RunResults;
using analysis::report::Report;

Syntax report_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep report RUN... --out DIR|FILE.html",
      .summary =
          "Writes one HTML page that needs nothing else: what was run and on what, published claims, tables, "
          "figures, every trial that did not complete with its reason, the sweep's forecasts against what "
          "came, "
          "and provenance. It may be written at any time, also while the sweep runs; it then says PARTIAL. "
          "Exit "
          "code 1 when files are damaged; they are named on stderr and in the report, and left out.",
      .options = {},
      .positional = {"RUN"},
      .last_positional_repeats = true};
  auto add = syntax.options.add_options();
  add("out", po::value<std::string>(), "the page, or a folder for report.html");
  add("no-figures", po::bool_switch(), "without figures, which take longest and need gnuplot");
  return syntax;
}

fs::path page_path(const fs::path& out) {
  if (out.extension() == ".html" || out.extension() == ".htm") return out;
  std::error_code failure;
  fs::create_directories(out, failure);
  if (failure) {
    throw_environment_error("--out {}: cannot be created ({}). Choose a folder where you may write.",
                            out.string(), failure.message());
  }
  return out / "report.html";
}

/// A folder for a moment.
class ScratchFolder {
 public:
  ScratchFolder() : path_(temporary_name(fs::temp_directory_path() / "lnn-sweep-report")) {}
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void add_figures(Report& report, const lnn::figures::Sources& sources) {
  const ScratchFolder folder;
  lnn::figures::FiguresOptions options;
  options.out = folder.path();
  for (const auto& applied : lnn::figures::draw_figures(sources, options).applied) {
    for (const std::string& name : applied.names) {
      report.figures.push_back({applied.experiment, fmt::format("{}: {}", name, applied.kind.shows),
                                fmt::format("Figure {}. {}. Its numbers: lnn-sweep figures --only {}", name,
                                            applied.kind.shows, name),
                                read_text_file(folder.path() / (name + ".svg"))});
    }
  }
}

std::size_t trials_of(const lnn::figures::Sources& sources) {
  std::size_t trials = 0;
  for (const RunResults& run : sources.runs()) trials += run.contents.records.size();
  return trials;
}

// The page is worth having without its figures: what they lack is said in it.
void try_figures(Report& report, const lnn::figures::Sources& sources) {
  // Figures hold every history and trajectory of an experiment in memory.
  constexpr std::size_t most_trials = 2000;
  if (trials_of(sources) > most_trials) {
    report.warnings.push_back(
        fmt::format("The page has no figures (runs of more than {} trials take minutes to draw). 'lnn-sweep "
                    "figures' draws "
                    "them.",
                    most_trials));
    std::cerr << "lnn-sweep: " << report.warnings.back() << "\n";
    return;
  }
  try {
    add_figures(report, sources);
  } catch (const EnvironmentError& error) {
    report.problems.push_back(fmt::format("The figures are missing: {}", error.what()));
    std::cerr << "lnn-sweep: " << report.problems.back() << "\n";
  }
}

void add_numbers(Report& report, const std::vector<RunResults>& runs) {
  for (const RunResults& run : runs) {
    for (const auto& table : analysis::build_tables(run.plan, run.contents, run.name)) {
      report.tables.push_back(analysis::to_text_table(table));
      for (auto& comparison : analysis::to_comparison_tables(table)) {
        report.tables.push_back(std::move(comparison));
      }
    }
  }
  report.claims = analysis::judge_claims(runs);
}

Report make_report(LoadedRuns loaded, bool with_figures) {
  Report report;
  report.problems = std::move(loaded.problems);
  report.warnings = std::move(loaded.warnings);
  report.time = iso_time(unix_seconds());
  report.program = version_line();
  for (const RunResults& run : loaded.runs) report.runs.push_back(analysis::report::facts_of(run));
  const lnn::figures::Sources sources(std::move(loaded.runs));
  add_numbers(report, sources.runs());
  if (with_figures) try_figures(report, sources);
  return report;
}

}  // namespace

int report(const Words& words) {
  const Syntax syntax = report_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("report: RUN is missing. Usage: {}", syntax.usage);
  if (!values.contains("out")) throw_user_error("report: --out is missing. Usage: {}", syntax.usage);

  LoadedRuns loaded = analysis::load_runs(values["RUN"].as<std::vector<std::string>>());
  report_problems(loaded);
  const Report page = make_report(std::move(loaded), !values["no-figures"].as<bool>());
  const fs::path path = page_path(values["out"].as<std::string>());
  write_text_file(path, analysis::report::to_html(page));
  std::cout << path.string() << "\n";
  return page.problems.empty() ? 0 : 1;
}

}  // namespace lnn::cli
