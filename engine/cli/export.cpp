#include "analysis/export.h"

#include <iostream>

#include "base/error.h"
#include "cli/output.h"

namespace lnn::cli {
namespace {

using analysis::ExportFormat;
using analysis::LoadedRuns;

Syntax export_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep export RUN... --out DIR [options]",
      .summary =
          "Writes runs as flat files for pandas, R, Julia or a spreadsheet: trials (one row per trial and "
          "arm, "
          "with settings, seeds, outcome and metrics), epochs (one row per trial and epoch), columns (units "
          "and meanings), and with --rollouts the stored trajectories. Several runs, also of different "
          "machines, come together; the column 'run' tells them apart. Exit code 1 when files are damaged; "
          "they are named on stderr and left out.",
      .options = {},
      .positional = {"RUN"},
      .last_positional_repeats = true};
  auto add = syntax.options.add_options();
  add("out", po::value<std::string>(), "folder for the files; made when it is not there");
  add("format", po::value<std::string>()->default_value("csv"), "csv or json");
  add("rollouts", po::bool_switch(), "also the trajectories (large)");
  return syntax;
}

}  // namespace

int export_command(const Words& words) {
  const Syntax syntax = export_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("export: RUN is missing. Usage: {}", syntax.usage);
  if (!values.contains("out")) throw_user_error("export: --out DIR is missing. Usage: {}", syntax.usage);
  const analysis::ExportOptions options{values["out"].as<std::string>(),
                                        from_name<ExportFormat>(values["format"].as<std::string>()),
                                        values["rollouts"].as<bool>()};

  const LoadedRuns loaded = analysis::load_runs(values["RUN"].as<std::vector<std::string>>());
  const analysis::Exported exported = analysis::export_runs(loaded.runs, options);
  for (const std::string& warning : exported.warnings) std::cerr << "lnn-sweep: " << warning << "\n";
  for (const std::string& problem : exported.problems) std::cerr << "lnn-sweep: " << problem << "\n";
  for (const auto& file : exported.files) std::cout << file.string() << "\n";
  std::cout << fmt::format("{} rows of trials, one per arm and seed\n", exported.rows);
  return report_problems(loaded) || !exported.problems.empty() ? 1 : 0;
}

}  // namespace lnn::cli
