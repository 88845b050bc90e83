#include <nlohmann/json.hpp>

#include "analysis/render.h"

namespace lnn::analysis {
namespace {

// Keeps the documented order of fields, for people who read it.
using Object = nlohmann::ordered_json;

Object number_if(bool present, double value) {
  return present ? Object(value) : Object(nullptr);
}

Object to_json(const Cell& cell) {
  Object values = Object::array();
  for (const Value& value : cell.values) {
    values.push_back({{"id", value.id}, {"seed", value.seed}, {"value", value.value}});
  }
  const Summary& summary = cell.summary;
  const bool any = summary.count > 0;
  return {{"values", values},
          {"count", summary.count},
          {"mean", number_if(any, summary.mean)},
          {"deviation", number_if(summary.count > 1, summary.deviation)},
          {"minimum", number_if(any, summary.minimum)},
          {"maximum", number_if(any, summary.maximum)},
          {"without_value", cell.without_value},
          {"reduction_percent", number_if(cell.reduction.has_value(), cell.reduction.value_or(0))},
          {"is_reference", cell.is_reference},
          {"published", cell.published}};
}

Object to_json(const Row& row, const std::vector<ColumnDefinition>& columns) {
  Object cells = Object::object();
  for (std::size_t i = 0; i < columns.size(); ++i) cells[columns[i].name] = to_json(row.cells[i]);
  return {{"group", row.group},
          {"labels", row.labels},
          {"planned", row.trials.planned},
          {"trials", row.trials.by_outcome},
          {"cells", cells}};
}

Object to_json(const ColumnDefinition& column) {
  return {{"name", column.name},
          {"title", column.title},
          {"metric", column.metric},
          {"reduction_from", column.reduction_from.empty() ? Object(nullptr) : Object(column.reduction_from)},
          {"logarithmic", column.logarithmic}};
}

Object to_json(const Table& table) {
  const TableDefinition& definition = table.definition;
  Object columns = Object::array();
  for (const ColumnDefinition& column : definition.columns) columns.push_back(to_json(column));
  Object rows = Object::array();
  for (const Row& row : table.rows) rows.push_back(to_json(row, definition.columns));
  return {{"name", definition.name},
          {"title", definition.title},
          {"paper", definition.paper},
          {"note", definition.note},
          {"experiment", definition.experiment},
          {"run", table.run},
          {"scale", table.scale},
          {"planned", table.planned},
          {"finished", table.finished},
          {"partial", table.finished < table.planned},
          {"row_keys", definition.rows},
          {"columns", columns},
          {"rows", rows}};
}

}  // namespace

std::string to_json_text(std::span<const Table> tables) {
  Object all = Object::array();
  for (const Table& table : tables) all.push_back(to_json(table));
  const Object document{{"format", "lnn-sweep tables"}, {"version", 1}, {"tables", all}};
  return document.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace lnn::analysis
