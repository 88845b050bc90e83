#include "analysis/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lnn::analysis {
namespace {

bool has_published(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.rows,
                             [column](const Row& row) { return !row.cells[column].published.empty(); });
}

/// Whole percents, with a decimal where those would be 0 or 100 and the share is not.
std::string percent(double share) {
  const double value = 100 * share;
  const bool is_near_end = (value > 0 && value < 1) || (value > 99 && value < 100);
  return fmt::format("{:.{}f}", value, is_near_end ? 1 : 0);
}

std::string rate_text(const std::optional<Rate>& rate) {
  if (!rate) return "-";
  const Interval interval = rate->interval();
  return fmt::format("{} of {} ({} to {} %)", rate->count, rate->of, percent(interval.low),
                     percent(interval.high));
}

std::string measured(const Cell& cell, const ColumnDefinition& column) {
  if (column.limit) return rate_text(cell.rate);
  const std::string lost =
      cell.without_value == 0 ? "" : fmt::format(", {} without value", cell.without_value);
  if (column.reduction_from.empty() || cell.values.empty()) return to_text(cell.summary) + lost;
  if (cell.is_reference) return "reference" + lost;
  // Without a reference there is nothing to compare with.
  if (!cell.reduction) return "-" + lost;
  return fmt::format("{:.1f} % (n={})", *cell.reduction, cell.summary.count) + lost;
}

std::string published(const Cell& cell, const ColumnDefinition& column) {
  if (cell.published.empty()) return "-";
  if (column.limit) return percent(summarize(cell.published).mean) + " %";
  return fmt::format("{}{}", fmt::join(cell.published, ", "), column.reduction_from.empty() ? "" : " %");
}

std::string title(const TableDefinition& definition) {
  return definition.paper.empty() ? definition.title
                                  : fmt::format("{} ({})", definition.title, definition.paper);
}

std::string heading(const ColumnDefinition& column) {
  return column.unit.empty() ? column.title : fmt::format("{} [{}]", column.title, column.unit);
}

bool any_marked(const Table& table) {
  return std::ranges::any_of(table.rows, [](const Row& row) {
    return std::ranges::any_of(row.cells, [](const Cell& cell) { return cell.standing.is_marked; });
  });
}

/// What a column of rates counts.
std::string limit_text(const ColumnDefinition& column) {
  return fmt::format(
      "{}: how many of the trials that ended have a {} of at {} {}, with the exact 95 % interval of that "
      "rate.",
      column.title, column.metric, column.limit->is_upper ? "most" : "least", column.limit->value);
}

std::string note(const Table& table) {
  std::vector<std::string> parts;
  if (!table.definition.note.empty()) parts.push_back(table.definition.note);
  for (const ColumnDefinition& column : table.definition.columns) {
    if (column.limit) parts.push_back(limit_text(column));
  }
  parts.insert(parts.end(), table.warnings.begin(), table.warnings.end());
  if (any_marked(table)) parts.emplace_back("Bold: the best row, separated from every other.");
  return fmt::format("{}", fmt::join(parts, " "));
}

std::string status(const Table& table) {
  return fmt::format("Run {}, scale {}. {}{} of {} trials finished. Mean ± standard deviation over n trials.",
                     table.run, table.scale, table.finished < table.planned ? "PARTIAL: " : "",
                     table.finished, table.planned);
}

}  // namespace

std::string last_part(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

std::string to_text(const TrialCounts& trials) {
  if (trials.planned == 0) return "not planned";
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : trials.by_outcome) {
    if (outcome == "completed") continue;
    parts.push_back(fmt::format("{} of {} {}", count, trials.planned, outcome));
    if (outcome != "diverged" || trials.finished() == 0) continue;
    const Interval rate = trials.diverged_interval();
    parts.back() += fmt::format(" [{}, {}] %", percent(rate.low), percent(rate.high));
  }
  return parts.empty() ? std::to_string(trials.planned) : fmt::format("{}", fmt::join(parts, ", "));
}

TextTable to_text_table(const Table& table) {
  const TableDefinition& definition = table.definition;
  TextTable text{title(definition), status(table), {}, {}, note(table)};
  text.rows.resize(table.rows.size());
  const auto add_column = [&](const std::string& header, auto text_of_row) {
    text.header.push_back(header);
    for (std::size_t i = 0; i < table.rows.size(); ++i) text.rows[i].push_back(text_of_row(table.rows[i]));
  };
  for (std::size_t key = 0; key < definition.rows.size(); ++key) {
    add_column(last_part(definition.rows[key]), [key](const Row& row) { return row.labels[key]; });
  }
  for (std::size_t i = 0; i < definition.columns.size(); ++i) {
    const ColumnDefinition& column = definition.columns[i];
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (table.rows[row].cells[i].standing.is_marked) text.marked.emplace(row, text.header.size());
    }
    add_column(heading(column), [&](const Row& row) { return measured(row.cells[i], column); });
    if (!has_published(table, i)) continue;
    add_column("published", [&](const Row& row) { return published(row.cells[i], column); });
  }
  add_column("trials", [](const Row& row) { return to_text(row.trials); });
  return text;
}

}  // namespace lnn::analysis
