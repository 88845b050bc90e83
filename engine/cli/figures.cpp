#include "analysis/figures/figures.h"

#include <fmt/format.h>

#include <iostream>

#include "base/error.h"
#include "cli/output.h"

namespace lnn::cli {
namespace {

using figures::Applied;
using figures::FiguresOptions;
using figures::FiguresReport;
using figures::PictureFormat;

Syntax figures_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep figures RUN... --out DIR [options]",
      .summary =
          "Draws the papers' figures from what the runs measured. Runs of one experiment and scale are "
          "pooled. A figure is three files: NAME.gp (a gnuplot script), NAME.dat (its numbers) and the "
          "picture NAME.svg; edit the script and run 'gnuplot NAME.gp' in DIR to restyle it. Needs gnuplot "
          "(Debian: gnuplot-nox). It may be run at any time, also while the sweep runs; titles then say "
          "how many trials are shown. Exit code 1 when trial files are damaged; they are named on stderr "
          "and left out.",
      .options = {},
      .positional = {"RUN"},
      .last_positional_repeats = true};
  auto add = syntax.options.add_options();
  add("out", po::value<std::string>(), "folder for the figures");
  add("only", po::value<std::vector<std::string>>()->composing(),
      "only this kind (loss), experiment (regularizer) or figure (regularizer_loss); may be given several "
      "times");
  add("format", po::value<std::string>()->default_value("svg"), "svg, png, pdf, or several: svg,pdf");
  add("list", "say which figures apply, and why others do not; draw nothing");
  return syntax;
}

std::vector<PictureFormat> formats(const std::string& text) {
  std::vector<PictureFormat> result;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    result.push_back(from_name<PictureFormat>(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return result;
}

void print_list(const FiguresReport& report) {
  std::string experiment;
  for (const Applied& one : report.applied) {
    if (one.experiment != experiment) {
      std::cout << (experiment.empty() ? "" : "\n") << one.experiment << "\n";
      experiment = one.experiment;
    }
    std::cout << fmt::format("  {:<24}{}{}\n", one.kind.name, one.names.empty() ? "no: " : one.kind.shows,
                             one.why_not);
    for (const std::string& name : one.names) std::cout << fmt::format("  {:<24}{}\n", "", name);
  }
}

}  // namespace

int figures(const Words& words) {
  const Syntax syntax = figures_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("figures: RUN is missing. Usage: {}", syntax.usage);
  const bool lists = values.contains("list");
  if (!lists && !values.contains("out")) {
    throw_user_error("figures: --out is missing (the figures need a folder). Usage: {}", syntax.usage);
  }
  FiguresOptions options;
  options.formats = formats(values["format"].as<std::string>());
  if (values.contains("only")) options.only = values["only"].as<std::vector<std::string>>();
  if (!lists) options.out = values["out"].as<std::string>();

  analysis::LoadedRuns loaded = analysis::load_runs(values["RUN"].as<std::vector<std::string>>());
  const bool damaged = report_problems(loaded);
  const lnn::figures::Sources sources(std::move(loaded.runs));
  if (lists) {
    print_list(lnn::figures::list_figures(sources, options));
    return damaged ? 1 : 0;
  }
  const FiguresReport report = lnn::figures::draw_figures(sources, options);
  for (const auto& file : report.files) std::cout << file.string() << "\n";
  if (report.files.empty()) {
    std::cerr << "lnn-sweep: nothing to draw (no trial has what these figures show). 'lnn-sweep figures "
                 "--list' says why.\n";
  }
  return damaged ? 1 : 0;
}

}  // namespace lnn::cli
