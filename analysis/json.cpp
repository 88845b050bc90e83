#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/render.h"

namespace lnn::analysis {
namespace {

// Keeps the documented order of fields, for people who read it.
using Object = nlohmann::ordered_json;

Object number_if(bool present, double value) {
  return present ? Object(value) : Object(nullptr);
}

// JSON knows no infinity: it stands for lost trials, and null for both.
Object number_or_null(const std::optional<double>& value) {
  return value && std::isfinite(*value) ? Object(*value) : Object(nullptr);
}

Object to_json(const std::optional<Interval>& interval) {
  if (!interval) return nullptr;
  return Object::array({number_or_null(interval->low), number_or_null(interval->high)});
}

Object to_json(const std::optional<Contrast>& contrast) {
  if (!contrast) return nullptr;
  const Effect& effect = contrast->effect;
  const bool any = contrast->pairs > 0;
  const bool tested = contrast->p.has_value();
  return {{"effect", to_name(effect.kind)},
          {"estimate", number_or_null(any ? std::optional(effect.estimate) : std::nullopt)},
          {"interval", to_json(effect.interval)},
          {"pairs", contrast->pairs},
          {"left_out", contrast->left_out},
          {"p", number_or_null(contrast->p)},
          {"p_adjusted", number_if(tested, contrast->p_adjusted)},
          {"effect_size", number_if(tested, contrast->rank_biserial)},
          {"separated", contrast->separated},
          {"more_seeds", contrast->more_seeds ? Object(*contrast->more_seeds) : Object(nullptr)},
          {"more_core_hours", number_or_null(contrast->core_hours)}};
}

Object to_json(const Standing& standing) {
  return {{"level", number_or_null(standing.level ? std::optional(standing.level->estimate) : std::nullopt)},
          {"interval", to_json(standing.level ? standing.level->interval : std::nullopt)},
          {"median", number_or_null(standing.median)},
          {"is_best", standing.is_best},
          {"is_marked", standing.is_marked},
          {"contrast", to_json(standing.contrast)}};
}

Object to_json(const std::optional<Rate>& rate) {
  if (!rate) return nullptr;
  return {{"count", rate->count}, {"of", rate->of}, {"interval", to_json(std::optional(rate->interval()))}};
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
          {"rate", to_json(cell.rate)},
          {"published", cell.published},
          {"standing", to_json(cell.standing)}};
}

Object to_json(const Row& row, const std::vector<ColumnDefinition>& columns) {
  Object cells = Object::object();
  for (std::size_t i = 0; i < columns.size(); ++i) cells[columns[i].name] = to_json(row.cells[i]);
  return {{"group", row.group},
          {"labels", row.labels},
          {"planned", row.trials.planned},
          {"trials", row.trials.by_outcome},
          {"diverged_interval",
           row.trials.finished() > 0 ? to_json(std::optional(row.trials.diverged_interval())) : nullptr},
          {"cells", cells}};
}

Object to_json(const Table& table, std::size_t index) {
  const ColumnDefinition& column = table.definition.columns[index];
  const double limit = column.limit ? column.limit->value : 0;
  return {{"name", column.name},
          {"title", column.title},
          {"metric", column.metric},
          {"reduction_from", column.reduction_from.empty() ? Object(nullptr) : Object(column.reduction_from)},
          {"at_most", number_if(column.limit && column.limit->is_upper, limit)},
          {"at_least", number_if(column.limit && !column.limit->is_upper, limit)},
          {"logarithmic", column.logarithmic},
          {"unit", column.unit},
          {"best", to_name(column.best)},
          {"statistic", to_name(table.statistics[index])},
          {"published_pairs", table.agreements[index].pairs},
          {"published_pairs_in_order", table.agreements[index].same_order}};
}

Object to_json(const Table& table) {
  const TableDefinition& definition = table.definition;
  Object columns = Object::array();
  for (std::size_t i = 0; i < definition.columns.size(); ++i) columns.push_back(to_json(table, i));
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
          {"warnings", table.warnings},
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
