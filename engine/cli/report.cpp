#include <filesystem>
#include <iostream>

#include "analysis/report/make_report.h"
#include "base/error.h"
#include "base/files.h"
#include "cli/options.h"

namespace lnn::cli {
namespace {

namespace fs = std::filesystem;
using analysis::report::Report;

Syntax report_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep report RUN... --out DIR|FILE.html",
      .summary =
          "Writes one HTML page that needs nothing else: what was run and on what, published claims, tables, "
          "figures, every trial that did not complete with its reason, the sweep's forecasts against what "
          "came, and provenance. It may be written at any time, also while the sweep runs; it then says "
          "PARTIAL. Exit code 1 when something had to be left out (damaged or foreign files, figures without "
          "gnuplot); the page and stderr name it.",
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

}  // namespace

int report(const Words& words) {
  const Syntax syntax = report_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("report: RUN is missing. Usage: {}", syntax.usage);
  if (!values.contains("out")) throw_user_error("report: --out is missing. Usage: {}", syntax.usage);

  const Report report = analysis::report::make_report(
      analysis::load_runs(values["RUN"].as<std::vector<std::string>>()), {!values["no-figures"].as<bool>()});
  const fs::path path = page_path(values["out"].as<std::string>());
  write_text_file(path, analysis::report::to_html(report));
  for (const std::string& warning : report.warnings) std::cerr << "lnn-sweep: " << warning << "\n";
  for (const std::string& problem : report.problems) std::cerr << "lnn-sweep: " << problem << "\n";
  std::cout << path.string() << "\n";
  return report.problems.empty() ? 0 : 1;
}

}  // namespace lnn::cli
