#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <set>
#include <utility>

#include "analysis/adhoc.h"
#include "analysis/render.h"
#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"

namespace lnn::cli {
namespace {

using analysis::Detail;
using analysis::Format;
using analysis::RunResults;
using analysis::Table;
using analysis::TableQuery;

Syntax table_syntax() {
  Syntax syntax{
      .usage = "lnn-sweep table RUN... [options]",
      .summary =
          "Prints the tables of the runs' experiments, measured beside published: mean ± sample standard "
          "deviation (n = completed trials). Diverged, failed and missing trials are counted in each row. "
          "Below each table: which row is best and how sure that is, from tests on paired seeds. Several "
          "runs, "
          "or their results.h5, are merged. With --group-by, --metric or --where: one table of your own. It "
          "may be run at any time, also while the sweep runs. Exit code 1 when files are damaged or no runs; "
          "they are named on stderr and left out.",
      .options = {},
      .positional = {"RUN"},
      .last_positional_repeats = true};
  using Texts = std::vector<std::string>;
  auto add = syntax.options.add_options();
  add("table", po::value<std::string>(), "only the table (or the tables) of this name");
  add("group-by", po::value<Texts>(),
      "KEY[,KEY]: one row per value of any setting, case, arm, experiment or "
      "provenance.NAME");
  add("metric", po::value<Texts>(), "NAME[,NAME]: the columns (default: best_val_total)");
  add("list-metrics", "no table, but the metrics of the runs' trials: names, units, meanings");
  add("where", po::value<Texts>(), "KEY=VALUE: only these trials; may be repeated");
  add("brief", "without the comparison of rows");
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

/// All words of an option, which may be repeated and may join several by commas.
std::vector<std::string> words_of(const po::variables_map& values, const std::string& option) {
  std::vector<std::string> words;
  if (!values.contains(option)) return words;
  for (const std::string& text : values[option].as<std::vector<std::string>>()) {
    std::vector<std::string> parts;
    boost::split(parts, text, boost::is_any_of(","));
    for (const std::string& part : parts) {
      if (part.empty())
        throw_user_error("--{}: '{}' has an empty part. Write NAME or NAME,NAME.", option, text);
      words.push_back(part);
    }
  }
  return words;
}

std::pair<std::string, std::string> parse_condition(const std::string& text) {
  const std::size_t equal = text.find('=');
  if (equal == std::string::npos || equal == 0) {
    throw_user_error("--where: '{}' is not KEY=VALUE. Write, for example, network.width=64.", text);
  }
  return {text.substr(0, equal), text.substr(equal + 1)};
}

TableQuery query_of(const po::variables_map& values) {
  TableQuery query{words_of(values, "group-by"), words_of(values, "metric"), {}};
  if (!values.contains("where")) return query;
  // Not split at commas: a value may be a list, "[0, 2pi]".
  for (const std::string& text : values["where"].as<std::vector<std::string>>()) {
    query.where.push_back(parse_condition(text));
  }
  return query;
}

bool has_query(const po::variables_map& values) {
  return values.contains("group-by") || values.contains("metric") || values.contains("where");
}

std::vector<Table> tables_of(const RunResults& run, const po::variables_map& values) {
  if (has_query(values)) return {analysis::query_table(run, query_of(values))};
  return analysis::build_tables(run.plan, run.contents, run.name);
}

}  // namespace

int table(const Words& words) {
  const Syntax syntax = table_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("table: RUN is missing. Usage: {}", syntax.usage);
  if (values.contains("table") && has_query(values)) {
    throw_user_error(
        "table: --table names a table of an experiment file, --group-by, --metric and --where make "
        "one (they exclude each other). Leave one of them out.");
  }
  const auto format = from_name<Format>(values["format"].as<std::string>());

  analysis::LoadedRuns loaded = analysis::load_runs(values["RUN"].as<std::vector<std::string>>());
  if (values.contains("list-metrics")) {
    write_output(values, experiment::metrics_markdown(analysis::metrics_of(loaded.runs)));
    return report_problems(loaded) ? 1 : 0;
  }
  std::vector<Table> tables;
  for (const RunResults& run : analysis::merge_runs(std::move(loaded.runs))) {
    const std::vector<std::string> differences = analysis::origin_differences(run);
    loaded.warnings.insert(loaded.warnings.end(), differences.begin(), differences.end());
    for (Table& table : tables_of(run, values)) {
      table.warnings = differences;
      tables.push_back(std::move(table));
    }
  }
  if (values.contains("table")) tables = select(tables, values["table"].as<std::string>());
  write_output(values,
               analysis::render(tables, format, values.contains("brief") ? Detail::brief : Detail::full));
  return report_problems(loaded) ? 1 : 0;
}

}  // namespace lnn::cli
