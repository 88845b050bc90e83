#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <vector>

#include "analysis/render.h"
#include "store/trial_record.h"

namespace lnn::analysis {
namespace {

using Fields = std::vector<std::string>;

std::string quoted(const std::string& field) {
  if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + "\"";
}

std::string line(const Fields& fields) {
  Fields texts;
  texts.reserve(fields.size());
  for (const std::string& field : fields) texts.push_back(quoted(field));
  return fmt::format("{}\n", fmt::join(texts, ","));
}

Fields outcome_names() {
  Fields names = enum_names<store::Outcome>();
  names.insert(names.end(), {"damaged", "missing"});
  return names;
}

std::set<std::string> all_row_keys(std::span<const Table> tables) {
  std::set<std::string> keys;
  for (const Table& table : tables) keys.insert(table.definition.rows.begin(), table.definition.rows.end());
  return keys;
}

std::string number_if(bool present, double value) {
  return present ? fmt::format("{}", value) : "";
}

void append(Fields& fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
}

Fields cell_fields(const Cell& cell) {
  const Summary& summary = cell.summary;
  const bool any = summary.count > 0;
  return {std::to_string(summary.count),
          number_if(any, summary.mean),
          number_if(summary.count > 1, summary.deviation),
          number_if(any, summary.minimum),
          number_if(any, summary.maximum),
          number_if(cell.reduction.has_value(), cell.reduction.value_or(0)),
          fmt::format("{}", fmt::join(cell.published, ";"))};
}

Fields trial_fields(const TrialCounts& trials) {
  Fields fields{std::to_string(trials.planned), std::to_string(trials.finished())};
  for (const std::string& name : outcome_names()) fields.push_back(std::to_string(trials.count(name)));
  return fields;
}

std::string joined_values(const Cell& cell) {
  std::vector<double> values;
  for (const Value& value : cell.values) values.push_back(value.value);
  return fmt::format("{}", fmt::join(values, ";"));
}

Fields header(const std::set<std::string>& row_keys) {
  Fields fields{"table", "experiment", "scale"};
  append(fields, {row_keys.begin(), row_keys.end()});
  append(fields, {"column", "metric", "count", "mean", "deviation", "minimum", "maximum", "reduction_percent",
                  "published", "planned", "finished"});
  append(fields, outcome_names());
  append(fields, {"values"});
  return fields;
}

Fields body(const Table& table, const Row& row, std::size_t column, const std::set<std::string>& row_keys) {
  const TableDefinition& definition = table.definition;
  Fields fields{definition.name, definition.experiment, table.scale};
  for (const std::string& key : row_keys) fields.push_back(row.group.contains(key) ? row.group.at(key) : "");
  append(fields, {definition.columns[column].name, definition.columns[column].metric});
  append(fields, cell_fields(row.cells[column]));
  append(fields, trial_fields(row.trials));
  fields.push_back(joined_values(row.cells[column]));
  return fields;
}

}  // namespace

std::string to_csv(std::span<const Table> tables) {
  const std::set<std::string> row_keys = all_row_keys(tables);
  std::string text = line(header(row_keys));
  for (const Table& table : tables) {
    for (const Row& row : table.rows) {
      for (std::size_t i = 0; i < row.cells.size(); ++i) text += line(body(table, row, i, row_keys));
    }
  }
  return text;
}

}  // namespace lnn::analysis
