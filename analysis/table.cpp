#include "analysis/table.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace lnn::analysis {
namespace {

using experiment::Plan;
using experiment::PlannedTrial;
using experiment::Trial;
using store::Outcome;
using store::RunContents;
using store::TrialRecord;

/// A planned trial in its role as a member of the table's experiment.
struct Member {
  const Trial* trial;
  const TrialRecord* record;  ///< null without a readable file
  std::string outcome;
};

constexpr const char* no_value = "-";

Group group_of(const Trial& trial, const std::vector<std::string>& keys) {
  Group group;
  for (const std::string& key : keys) {
    group[key] = trial.swept.contains(key) ? value_text(trial.swept.at(key)) : no_value;
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

Member make_member(const Trial& trial, const RunContents& contents) {
  if (const auto found = contents.records.find(trial.id); found != contents.records.end()) {
    return {&trial, &found->second, to_name(found->second.outcome)};
  }
  return {&trial, nullptr, contents.damaged.contains(trial.id) ? "damaged" : "missing"};
}

std::map<Group, std::vector<Member>> members_by_group(const TableDefinition& definition, const Plan& plan,
                                                      const RunContents& contents) {
  std::map<Group, std::vector<Member>> members;
  for (const PlannedTrial& planned : plan.trials) {
    for (const Trial& trial : planned.members) {
      if (trial.experiment != definition.experiment) continue;
      members[group_of(trial, definition.rows)].push_back(make_member(trial, contents));
    }
  }
  return members;
}

// What the paper reports stays visible in a run that planned less.
void add_unplanned_rows(std::map<Group, std::vector<Member>>& members, const TableDefinition& definition) {
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

TrialCounts count_trials(const std::vector<Member>& members) {
  TrialCounts counts;
  for (const Member& member : members) {
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
  for (const Value& value : values) numbers.push_back(value.value);
  return summarize(numbers);
}

Cell make_cell(const std::vector<Member>& members, const std::string& metric) {
  Cell cell;
  for (const Member& member : members) {
    if (member.record == nullptr || member.record->outcome != Outcome::completed) continue;
    const auto found = member.record->metrics.find(metric);
    if (found == member.record->metrics.end() || !std::isfinite(found->second.value)) {
      ++cell.without_value;
    } else {
      cell.values.push_back({member.trial->id, member.trial->seed, found->second.value});
    }
  }
  std::ranges::sort(cell.values, {}, [](const Value& value) { return std::pair(value.seed, value.id); });
  cell.summary = summary_of(cell.values);
  return cell;
}

std::string label_of(const TableDefinition& definition, const std::string& key, const std::string& value) {
  const auto labels = definition.labels.find(key);
  if (labels == definition.labels.end() || !labels->second.contains(value)) return value;
  return labels->second.at(value);
}

Row make_row(const TableDefinition& definition, const Group& group, const std::vector<Member>& members) {
  Row row{group, {}, count_trials(members), {}};
  for (const std::string& key : definition.rows) {
    row.labels.push_back(label_of(definition, key, group.at(key)));
  }
  for (const ColumnDefinition& column : definition.columns) {
    row.cells.push_back(make_cell(members, column.metric));
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
      if (!definition.columns[i].reduction_from.empty()) return cell.reduction.value_or(last);
      if (!cell.values.empty()) return cell.summary.mean;
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

int TrialCounts::count(const std::string& outcome) const {
  const auto found = by_outcome.find(outcome);
  return found == by_outcome.end() ? 0 : found->second;
}

int TrialCounts::finished() const {
  return planned - count("missing") - count("damaged") - count(to_name(Outcome::interrupted));
}

Table build_table(const TableDefinition& definition, const Plan& plan, const RunContents& contents,
                  const std::string& run) {
  Table table{definition, run, plan.scale, {}, 0, 0};
  auto members = members_by_group(definition, plan, contents);
  add_unplanned_rows(members, definition);
  for (const auto& [group, trials] : members) {
    table.rows.push_back(make_row(definition, group, trials));
    table.planned += table.rows.back().trials.planned;
    table.finished += table.rows.back().trials.finished();
  }
  for (std::size_t column = 0; column < definition.columns.size(); ++column) {
    if (!definition.columns[column].reduction_from.empty()) add_reductions(table, column);
  }
  sort_rows(table);
  return table;
}

std::vector<Table> build_tables(const Plan& plan, const RunContents& contents, const std::string& run) {
  std::vector<Table> tables;
  for (const TableDefinition& definition : table_definitions(plan)) {
    tables.push_back(build_table(definition, plan, contents, run));
  }
  return tables;
}

}  // namespace lnn::analysis
