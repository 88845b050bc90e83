#include "analysis/table_definition.h"

#include <algorithm>

#include "base/error.h"
#include "experiment/arms.h"
#include "experiment/file_format.h"

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

using Axes = std::map<std::string, std::vector<Json>>;

std::optional<Limit> parse_limit(const Json& column) {
  if (column.contains("at_most")) return Limit{column.at("at_most"), true};
  if (column.contains("at_least")) return Limit{column.at("at_least"), false};
  return std::nullopt;
}

// Rates are not compared.
Best parse_best(const Json& column) {
  if (parse_limit(column)) return Best::none;
  if (column.contains("best")) return from_name<Best>(column.at("best").get<std::string>());
  return best_of(column.at("metric"));
}

ColumnDefinition parse_column(const Json& json, const Axes& axes) {
  ColumnDefinition column;
  column.metric = json.at("metric");
  column.title = json.at("title");
  column.name = json.value("name", column.metric);
  column.reduction_from = group_of(json.value("reduction_from", Json::object()));
  column.logarithmic = json.value("scale", "") == "log";
  column.best = parse_best(json);
  column.arms = parse_arm_group(json.value("where", Json::object()), axes);
  column.unit = json.value("unit", "");
  column.limit = parse_limit(json);
  return column;
}

PublishedRow parse_published(const Json& json) {
  PublishedRow row{group_of(json.at("where")), {}};
  for (const auto& [name, value] : json.items()) {
    if (name != "where") row.values[name] = numbers(value);
  }
  return row;
}

TableDefinition parse_table(const Json& json, const Axes& axes) {
  TableDefinition table;
  table.name = json.at("name");
  table.title = json.at("title");
  table.paper = json.value("paper", "");
  table.note = json.value("note", "");
  table.rows = json.at("rows").get<std::vector<std::string>>();
  table.arms = parse_arm_group(json.value("where", Json::object()), axes);
  for (const Json& column : json.at("columns")) table.columns.push_back(parse_column(column, axes));
  for (const Json& row : json.value("published", Json::array())) {
    table.published.push_back(parse_published(row));
  }
  table.labels = json.value("labels", std::map<std::string, Group>());
  table.sort = json.value("sort", table.sort);
  return table;
}

TableDefinition default_table(const Json& experiment, const Axes& axes) {
  TableDefinition table;
  table.name = experiment.at("name");
  table.title = experiment.value("title", table.name);
  for (const auto& [key, values] : axes) table.rows.push_back(key);
  table.columns = {{"best_val_total", "validation loss", "best_val_total", {}, true},
                   {"instability_train_total", "training instability", "instability_train_total", {}, true}};
  return table;
}

std::vector<TableDefinition> tables_of(const Json& experiment) {
  const Axes axes = experiment::swept_values(experiment);
  std::vector<TableDefinition> tables;
  for (const Json& table : experiment.value("tables", Json::array())) {
    tables.push_back(parse_table(table, axes));
  }
  if (tables.empty()) tables.push_back(default_table(experiment, axes));
  for (TableDefinition& table : tables) {
    table.experiment = experiment.at("name");
    for (const auto& [key, values] : axes) {
      for (const Json& value : values) table.order[key].push_back(value_text(value));
    }
  }
  return tables;
}

}  // namespace

Best best_of(const std::string& metric) {
  const auto& names = experiment::metric_names();
  const auto found = std::ranges::find(names, metric, &experiment::MetricName::name);
  if (found == names.end()) return Best::lowest;
  if (!found->is_rated) return Best::none;
  return found->higher_is_better ? Best::highest : Best::lowest;
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
