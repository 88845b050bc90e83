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

std::string measured(const Cell& cell, bool shows_reduction) {
  const std::string lost =
      cell.without_value == 0 ? "" : fmt::format(", {} without value", cell.without_value);
  if (!shows_reduction || cell.values.empty()) return to_text(cell.summary) + lost;
  if (cell.is_reference) return "reference" + lost;
  // Without a reference there is nothing to compare with.
  if (!cell.reduction) return "-" + lost;
  return fmt::format("{:.1f} % (n={})", *cell.reduction, cell.summary.count) + lost;
}

std::string published(const Cell& cell, bool shows_reduction) {
  if (cell.published.empty()) return "-";
  return fmt::format("{}{}", fmt::join(cell.published, ", "), shows_reduction ? " %" : "");
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

std::string note(const Table& table) {
  std::vector<std::string> parts = table.warnings;
  if (!table.definition.note.empty()) parts.insert(parts.begin(), table.definition.note);
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
    parts.back() += fmt::format(" [{:.2g}, {:.2g}] %", 100 * rate.low, 100 * rate.high);
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
    const bool reduction = !definition.columns[i].reduction_from.empty();
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      if (table.rows[row].cells[i].standing.is_marked) text.marked.emplace(row, text.header.size());
    }
    add_column(heading(definition.columns[i]),
               [=](const Row& row) { return measured(row.cells[i], reduction); });
    if (!has_published(table, i)) continue;
    add_column("published", [=](const Row& row) { return published(row.cells[i], reduction); });
  }
  add_column("trials", [](const Row& row) { return to_text(row.trials); });
  return text;
}

}  // namespace lnn::analysis
