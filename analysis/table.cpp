#include "analysis/table.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <set>

#include "analysis/significance.h"

namespace lnn::analysis {
namespace {

using experiment::Member;
using experiment::Plan;
using store::Outcome;
using store::RunContents;

using Members = std::vector<ArmTrial>;

constexpr const char* no_value = "-";

Group group_of(const Member& member, const std::vector<std::string>& keys) {
  Group group;
  for (const std::string& key : keys) {
    const Json& swept = member.arm->swept;
    group[key] = swept.contains(key) ? value_text(swept.at(key)) : no_value;
  }
  return group;
}

/// `reference` names some of the group's keys; all of them must agree.
bool matches(const Group& group, const Group& reference) {
  return std::ranges::all_of(reference, [&group](const auto& entry) {
    const auto found = group.find(entry.first);
    return found != group.end() && found->second == entry.second;
  });
}

TrialsByRow rows_of(const TableDefinition& definition, const Plan& plan, const RunContents& contents) {
  TrialsByRow rows;
  for (const ArmTrial& trial : arm_trials(plan, contents)) {
    if (trial.member->arm->experiment != definition.experiment) continue;
    if (!definition.arms.contains(trial.member->arm->swept)) continue;
    rows[group_of(*trial.member, definition.rows)].push_back(trial);
  }
  return rows;
}

// What the paper reports stays visible in a run that planned less.
void add_unplanned_rows(TrialsByRow& members, const TableDefinition& definition) {
  for (const PublishedRow& published : definition.published) {
    const auto agrees = [&](const auto& row) { return matches(row.first, published.where); };
    if (std::ranges::any_of(members, agrees)) continue;
    Group group;
    for (const std::string& key : definition.rows) {
      group[key] = published.where.contains(key) ? published.where.at(key) : no_value;
    }
    members[group];
  }
}

TrialCounts count_trials(const Members& members) {
  TrialCounts counts;
  for (const ArmTrial& member : members) {
    ++counts.planned;
    ++counts.by_outcome[member.outcome];
  }
  return counts;
}

std::vector<double> published_values(const TableDefinition& definition, const Group& group,
                                     const std::string& column) {
  std::vector<double> values;
  for (const PublishedRow& row : definition.published) {
    if (!matches(group, row.where) || !row.values.contains(column)) continue;
    const std::vector<double>& more = row.values.at(column);
    values.insert(values.end(), more.begin(), more.end());
  }
  return values;
}

Summary summary_of(const std::vector<Value>& values) {
  std::vector<double> numbers;
  numbers.reserve(values.size());
  for (const Value& value : values) numbers.push_back(value.value);
  return summarize(numbers);
}

std::optional<double> finite_value(const ArmTrial& trial, const std::string& metric) {
  if (trial.record == nullptr || trial.record->outcome != Outcome::completed) return std::nullopt;
  const auto found = trial.record->metrics.find(metric);
  if (found == trial.record->metrics.end() || !std::isfinite(found->second.value)) return std::nullopt;
  return found->second.value;
}

// A trial that ended without a value has not kept the limit.
std::optional<Rate> rate_of(const Members& members, const ColumnDefinition& column) {
  if (!column.limit) return std::nullopt;
  Rate rate;
  for (const ArmTrial& trial : members) {
    if (!trial.ended()) continue;
    const auto value = finite_value(trial, column.metric);
    rate.count += value && column.limit->holds(*value) ? 1 : 0;
    ++rate.of;
  }
  return rate.of > 0 ? std::optional(rate) : std::nullopt;
}

Cell make_cell(const Members& members, const ColumnDefinition& column) {
  Cell cell;
  for (const ArmTrial& member : members) {
    if (member.record == nullptr || member.record->outcome != Outcome::completed) continue;
    if (const auto value = finite_value(member, column.metric)) {
      cell.values.push_back({member.planned->id, member.member->seed, *value});
    } else {
      ++cell.without_value;
    }
  }
  std::ranges::sort(cell.values, {}, [](const Value& value) { return std::pair(value.seed, value.id); });
  cell.summary = summary_of(cell.values);
  cell.rate = rate_of(members, column);
  return cell;
}

std::string label_of(const TableDefinition& definition, const std::string& key, const std::string& value) {
  const auto labels = definition.labels.find(key);
  if (labels == definition.labels.end() || !labels->second.contains(value)) return value;
  return labels->second.at(value);
}

Members selected(const Members& members, const ColumnDefinition& column) {
  Members chosen;
  std::ranges::copy_if(members, std::back_inserter(chosen), [&column](const ArmTrial& trial) {
    return column.arms.contains(trial.member->arm->swept);
  });
  return chosen;
}

// A lost trial is worse than any value.
double worst_value(const ColumnDefinition& column) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  return column.best == Best::highest ? -infinity : infinity;
}

/// Of one trial; nothing when it has not been measured.
std::optional<double> core_hours(const ArmTrial& trial) {
  const auto seconds = finite_value(trial, "seconds");
  if (!seconds) return std::nullopt;
  const auto threads = trial.record->provenance.find("threads");
  const double cores = threads != trial.record->provenance.end() ? std::atof(threads->second.c_str()) : 1;
  constexpr double seconds_per_hour = 3600;
  return *seconds * std::max(cores, 1.0) / seconds_per_hour;
}

std::optional<double> core_hours_per_seed(const Members& members) {
  std::set<std::uint64_t> seeds;
  std::vector<double> hours;
  for (const ArmTrial& trial : members) {
    seeds.insert(trial.member->seed);
    if (const auto own = core_hours(trial)) hours.push_back(*own);
  }
  if (hours.empty()) return std::nullopt;
  return summarize(hours).mean * static_cast<double>(members.size()) / static_cast<double>(seeds.size());
}

RowSample sample_of(const Members& members, const ColumnDefinition& column) {
  RowSample sample;
  for (const ArmTrial& trial : members) {
    const std::uint64_t seed = trial.member->seed;
    if (trial.ended()) {
      sample.values[seed].push_back(finite_value(trial, column.metric).value_or(worst_value(column)));
    } else {
      sample.unfinished_seeds.insert(seed);
    }
  }
  sample.core_hours_per_seed = core_hours_per_seed(members);
  return sample;
}

// Rows of rates are not compared: nothing of them is sampled.
std::vector<RowSample> samples_of(const Table& table, const TrialsByRow& rows, std::size_t column) {
  const ColumnDefinition& definition = table.definition.columns[column];
  if (definition.limit) return std::vector<RowSample>(table.rows.size());
  std::vector<RowSample> samples;
  for (const Row& row : table.rows) {
    samples.push_back(sample_of(selected(rows.at(row.group), definition), definition));
    samples.back().is_reference = row.cells[column].is_reference;
  }
  return samples;
}

void add_standings(Table& table, const TrialsByRow& rows) {
  std::vector<std::vector<RowSample>> samples;
  std::vector<ColumnStandings> columns;
  for (std::size_t column = 0; column < table.definition.columns.size(); ++column) {
    samples.push_back(samples_of(table, rows, column));
    columns.push_back(compare_rows(samples.back(), table.definition.columns[column].best));
  }
  decide(columns, samples);
  for (std::size_t column = 0; column < columns.size(); ++column) {
    table.statistics.push_back(columns[column].statistic);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      table.rows[row].cells[column].standing = columns[column].rows[row];
    }
  }
}

/// What a column shows of a row.
std::optional<double> shown_value(const Cell& cell, const ColumnDefinition& column) {
  if (column.limit) return cell.rate ? std::optional(cell.rate->share()) : std::nullopt;
  if (!column.reduction_from.empty()) return cell.reduction;
  if (cell.values.empty()) return std::nullopt;
  return cell.summary.mean;
}

Agreement agreement_of(const Table& table, std::size_t column) {
  Agreement agreement;
  const auto both = [&](const Row& row) -> std::optional<std::pair<double, double>> {
    const Cell& cell = row.cells[column];
    const auto shown = shown_value(cell, table.definition.columns[column]);
    if (!shown || cell.published.empty()) return std::nullopt;
    return std::pair(*shown, summarize(cell.published).mean);
  };
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto left = both(table.rows[i]);
      const auto right = both(table.rows[j]);
      if (!left || !right || left->second == right->second) continue;
      ++agreement.pairs;
      const double same = (left->first - right->first) * (left->second - right->second);
      agreement.same_order += same > 0 ? 1 : 0;
    }
  }
  return agreement;
}

Row make_row(const TableDefinition& definition, const Group& group, const Members& members) {
  Row row{group, {}, count_trials(members), {}};
  for (const std::string& key : definition.rows) {
    row.labels.push_back(label_of(definition, key, group.at(key)));
  }
  for (const ColumnDefinition& column : definition.columns) {
    row.cells.push_back(make_cell(selected(members, column), column));
    row.cells.back().published = published_values(definition, group, column.name);
  }
  return row;
}

// The reference is one mean over all trials of all rows that match it.
void add_reductions(Table& table, std::size_t column) {
  const Group& reference = table.definition.columns[column].reduction_from;
  std::vector<Value> values;
  for (Row& row : table.rows) {
    Cell& cell = row.cells[column];
    cell.is_reference = matches(row.group, reference);
    if (cell.is_reference) values.insert(values.end(), cell.values.begin(), cell.values.end());
  }
  const double mean = summary_of(values).mean;
  if (values.empty() || mean == 0) return;
  for (Row& row : table.rows) {
    Cell& cell = row.cells[column];
    if (!cell.is_reference && !cell.values.empty()) {
      cell.reduction = reduction_percent(cell.summary.mean, mean);
    }
  }
}

/// Position of each of the row's values in the experiment file; values that it does not name come last.
std::vector<std::ptrdiff_t> file_position(const Row& row, const TableDefinition& definition) {
  std::vector<std::ptrdiff_t> position;
  for (const std::string& key : definition.rows) {
    const auto order = definition.order.find(key);
    if (order == definition.order.end()) continue;
    position.push_back(std::ranges::find(order->second, row.group.at(key)) - order->second.begin());
  }
  return position;
}

// Rows without the number that sorts come last.
double sort_value(const Row& row, const TableDefinition& definition) {
  constexpr double last = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < row.cells.size(); ++i) {
    const Cell& cell = row.cells[i];
    if (definition.sort == definition.columns[i].name) {
      return shown_value(cell, definition.columns[i]).value_or(last);
    }
    if (definition.sort == "published" && !cell.published.empty()) {
      return summarize(cell.published).mean;
    }
  }
  return last;
}

void sort_rows(Table& table) {
  const TableDefinition& definition = table.definition;
  std::ranges::sort(table.rows, {}, [&](const Row& row) {
    const double value = definition.sort == "plan" ? 0 : sort_value(row, definition);
    return std::pair(value, file_position(row, definition));
  });
}

}  // namespace

Interval Rate::interval() const {
  return proportion_interval(count, of);
}

int TrialCounts::count(const std::string& outcome) const {
  const auto found = by_outcome.find(outcome);
  return found == by_outcome.end() ? 0 : found->second;
}

int TrialCounts::finished() const {
  return planned - count("missing") - count("damaged") - count(to_name(Outcome::interrupted));
}

Interval TrialCounts::diverged_interval() const {
  return proportion_interval(static_cast<std::size_t>(count(to_name(Outcome::diverged))),
                             static_cast<std::size_t>(finished()));
}

Table make_table(const TableDefinition& definition, const TrialsByRow& rows, const std::string& run,
                 const std::string& scale) {
  Table table{definition, run, scale, {}, 0, 0};
  for (const auto& [group, trials] : rows) {
    table.rows.push_back(make_row(definition, group, trials));
    table.planned += table.rows.back().trials.planned;
    table.finished += table.rows.back().trials.finished();
  }
  for (std::size_t column = 0; column < definition.columns.size(); ++column) {
    if (!definition.columns[column].reduction_from.empty()) add_reductions(table, column);
  }
  sort_rows(table);
  add_standings(table, rows);
  for (std::size_t column = 0; column < definition.columns.size(); ++column) {
    table.agreements.push_back(agreement_of(table, column));
  }
  return table;
}

Table build_table(const TableDefinition& definition, const Plan& plan, const RunContents& contents,
                  const std::string& run) {
  TrialsByRow rows = rows_of(definition, plan, contents);
  add_unplanned_rows(rows, definition);
  return make_table(definition, rows, run, plan.scale);
}

std::vector<Table> build_tables(const Plan& plan, const RunContents& contents, const std::string& run) {
  std::vector<Table> tables;
  for (const TableDefinition& definition : table_definitions(plan)) {
    tables.push_back(build_table(definition, plan, contents, run));
  }
  return tables;
}

}  // namespace lnn::analysis
