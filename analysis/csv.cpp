#include <fmt/format.h>
#include <fmt/ranges.h>

#include <optional>
#include <set>
#include <vector>

#include "analysis/csv_line.h"
#include "analysis/render.h"
#include "store/trial_record.h"

namespace lnn::analysis {
namespace {

using Fields = std::vector<std::string>;

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

std::string finite_if(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : "";
}

void append_interval(Fields& fields, const std::optional<Interval>& interval) {
  fields.push_back(interval ? fmt::format("{}", interval->low) : "");
  fields.push_back(interval ? fmt::format("{}", interval->high) : "");
}

const Fields& standing_names() {
  static const Fields names{"statistic",      "level",      "level_low",       "level_high",
                            "median",         "is_best",    "is_marked",       "effect_kind",
                            "effect",         "effect_low", "effect_high",     "pairs",
                            "pairs_left_out", "p",          "p_adjusted",      "effect_size",
                            "separated",      "more_seeds", "more_core_hours", "diverged_low",
                            "diverged_high"};
  return names;
}

Fields contrast_fields(const Contrast& contrast) {
  const bool any = contrast.pairs > 0;
  Fields fields{to_name(contrast.effect.kind), number_if(any, contrast.effect.estimate)};
  append_interval(fields, contrast.effect.interval);
  append(fields,
         {std::to_string(contrast.pairs), std::to_string(contrast.left_out), finite_if(contrast.p),
          number_if(contrast.p.has_value(), contrast.p_adjusted),
          number_if(contrast.p.has_value(), contrast.rank_biserial), contrast.separated ? "1" : "0",
          contrast.more_seeds ? std::to_string(*contrast.more_seeds) : "", finite_if(contrast.core_hours)});
  return fields;
}

Fields standing_fields(const Standing& standing, Statistic statistic, const TrialCounts& trials) {
  Fields fields{standing.level ? to_name(statistic) : "",
                number_if(standing.level.has_value(), standing.level ? standing.level->estimate : 0)};
  append_interval(fields, standing.level ? standing.level->interval : std::nullopt);
  append(fields, {finite_if(standing.median), standing.is_best ? "1" : "0", standing.is_marked ? "1" : "0"});
  constexpr std::size_t contrast_columns = 12;
  append(fields, standing.contrast ? contrast_fields(*standing.contrast) : Fields(contrast_columns));
  append_interval(fields, trials.finished() > 0 ? std::optional(trials.diverged_interval()) : std::nullopt);
  return fields;
}

const Fields& rate_names() {
  static const Fields names{"rate_count", "rate_of", "rate_low", "rate_high"};
  return names;
}

Fields rate_fields(const std::optional<Rate>& rate) {
  if (!rate) return Fields(rate_names().size());
  Fields fields{std::to_string(rate->count), std::to_string(rate->of)};
  append_interval(fields, rate->interval());
  return fields;
}

Fields header(const std::set<std::string>& row_keys) {
  Fields fields{"table", "experiment", "scale"};
  append(fields, {row_keys.begin(), row_keys.end()});
  append(fields, {"column", "metric", "count", "mean", "deviation", "minimum", "maximum", "reduction_percent",
                  "published", "planned", "finished"});
  append(fields, outcome_names());
  append(fields, {"values"});
  append(fields, standing_names());
  append(fields, rate_names());
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
  append(fields, standing_fields(row.cells[column].standing, table.statistics[column], row.trials));
  append(fields, rate_fields(row.cells[column].rate));
  return fields;
}

}  // namespace

std::string to_csv(std::span<const Table> tables) {
  const std::set<std::string> row_keys = all_row_keys(tables);
  std::string text = csv_line(header(row_keys));
  for (const Table& table : tables) {
    for (const Row& row : table.rows) {
      for (std::size_t i = 0; i < row.cells.size(); ++i) text += csv_line(body(table, row, i, row_keys));
    }
  }
  return text;
}

}  // namespace lnn::analysis
