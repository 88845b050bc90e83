#include <iostream>
#include <set>

#include "analysis/render.h"
#include "base/error.h"
#include "base/files.h"
#include "cli/options.h"
#include "store/run_directory.h"

namespace lnn::cli {
namespace {

using analysis::Format;
using analysis::Table;

Syntax table_syntax() {
  Syntax syntax{.usage = "lnn-sweep table RUN [options]",
                .summary =
                    "Prints the tables of the run's experiments, measured beside published: mean ± sample "
                    "standard\n"
                    "deviation (n = completed trials). Diverged, failed and missing trials are counted in "
                    "each row.\n"
                    "It may be run at any time, also while the sweep runs. Exit code 1 when trial files "
                    "are damaged;\n"
                    "they are named on stderr and left out.",
                .options = {},
                .positional = {"RUN"}};
  auto add = syntax.options.add_options();
  add("table", po::value<std::string>(), "only the table (or the tables) of this name");
  add("format", po::value<std::string>()->default_value("md"), "md, csv, latex or json");
  add("out", po::value<std::string>(), "write to this file instead of standard output");
  return syntax;
}

std::vector<Table> select(const std::vector<Table>& tables, const std::string& name) {
  std::vector<Table> selected;
  std::set<std::string> names;
  for (const Table& table : tables) {
    names.insert(table.definition.name);
    if (table.definition.name == name) selected.push_back(table);
  }
  if (selected.empty()) {
    throw_unknown_name("--table", name, std::vector<std::string>(names.begin(), names.end()));
  }
  return selected;
}

}  // namespace

int table(const Words& words) {
  const Syntax syntax = table_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("table: RUN is missing. Usage: {}", syntax.usage);
  const auto format = from_name<Format>(values["format"].as<std::string>());

  const store::RunDirectory run{values["RUN"].as<std::vector<std::string>>().front()};
  const experiment::Plan plan = store::read_run_plan(run);
  const store::RunContents contents = store::scan_trials(run, plan);
  std::vector<Table> tables = analysis::build_tables(plan, contents, run.root.string());
  if (values.contains("table")) tables = select(tables, values["table"].as<std::string>());

  const std::string text = analysis::render(tables, format);
  if (values.contains("out")) {
    write_text_file(values["out"].as<std::string>(), text);
  } else {
    std::cout << text;
  }
  for (const auto& [id, problem] : contents.damaged) std::cerr << "lnn-sweep: " << problem << "\n";
  return contents.damaged.empty() ? 0 : 1;
}

}  // namespace lnn::cli
