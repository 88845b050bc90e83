#include "analysis/table_definition.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/error.h"
#include "experiment/arms.h"

namespace lnn::analysis {
namespace {

using experiment::Plan;

std::vector<double> numbers(const Json& value) {
  return value.is_array() ? value.get<std::vector<double>>() : std::vector<double>{value.get<double>()};
}

Group group_of(const Json& reference) {
  Group group;
  for (const auto& [key, value] : experiment::flatten(reference, "tables")) group[key] = value_text(value);
  return group;
}

ColumnDefinition parse_column(const Json& json) {
  ColumnDefinition column;
  column.metric = json.at("metric");
  column.title = json.at("title");
  column.name = json.value("name", column.metric);
  column.reduction_from = group_of(json.value("reduction_from", Json::object()));
  column.logarithmic = json.value("scale", "") == "log";
  return column;
}

PublishedRow parse_published(const Json& json) {
  PublishedRow row{group_of(json.at("where")), {}};
  for (const auto& [name, value] : json.items()) {
    if (name != "where") row.values[name] = numbers(value);
  }
  return row;
}

TableDefinition parse_table(const Json& json) {
  TableDefinition table;
  table.name = json.at("name");
  table.title = json.at("title");
  table.paper = json.value("paper", "");
  table.note = json.value("note", "");
  table.rows = json.at("rows").get<std::vector<std::string>>();
  for (const Json& column : json.at("columns")) table.columns.push_back(parse_column(column));
  for (const Json& row : json.value("published", Json::array())) {
    table.published.push_back(parse_published(row));
  }
  table.labels = json.value("labels", std::map<std::string, Group>());
  table.sort = json.value("sort", table.sort);
  return table;
}

TableDefinition default_table(const Json& experiment) {
  TableDefinition table;
  table.name = experiment.at("name");
  table.title = experiment.value("title", table.name);
  for (const auto& [key, values] : experiment::swept_values(experiment)) table.rows.push_back(key);
  table.columns = {{"best_val_total", "validation loss", "best_val_total", {}, true},
                   {"instability_train_total", "training instability", "instability_train_total", {}, true}};
  return table;
}

std::vector<TableDefinition> tables_of(const Json& experiment) {
  std::vector<TableDefinition> tables;
  for (const Json& table : experiment.value("tables", Json::array())) tables.push_back(parse_table(table));
  if (tables.empty()) tables.push_back(default_table(experiment));
  for (TableDefinition& table : tables) {
    table.experiment = experiment.at("name");
    for (const auto& [key, values] : experiment::swept_values(experiment)) {
      for (const Json& value : values) table.order[key].push_back(value_text(value));
    }
  }
  return tables;
}

}  // namespace

std::string value_text(const Json& value) {
  if (value.is_string()) return value;
  if (value.is_number_float()) return fmt::format("{}", value.get<double>());
  if (!value.is_array()) return value.dump();
  std::vector<std::string> parts;
  for (const Json& part : value) parts.push_back(value_text(part));
  return fmt::format("[{}]", fmt::join(parts, ", "));
}

std::vector<TableDefinition> table_definitions(const Plan& plan) {
  std::vector<TableDefinition> all;
  for (const Json& experiment : plan.experiments) {
    try {
      for (TableDefinition& table : tables_of(experiment)) all.push_back(std::move(table));
    } catch (const std::exception& error) {
      throw_environment_error(
          "the plan's experiment '{}': damaged table definition ({}). Run the sweep again with its "
          "experiment file.",
          experiment.value("name", "?"), error.what());
    }
  }
  return all;
}

}  // namespace lnn::analysis
