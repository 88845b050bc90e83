#include "analysis/text_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace lnn::analysis {
namespace {

std::string last_part(const std::string& key) {
  return key.substr(key.rfind('.') + 1);
}

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

std::string status(const Table& table) {
  return fmt::format("Run {}, scale {}. {}{} of {} trials finished. Mean ± standard deviation over n trials.",
                     table.run, table.scale, table.finished < table.planned ? "PARTIAL: " : "",
                     table.finished, table.planned);
}

}  // namespace

std::string to_text(const TrialCounts& trials) {
  if (trials.planned == 0) return "not planned";
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : trials.by_outcome) {
    if (outcome != "completed") parts.push_back(fmt::format("{} of {} {}", count, trials.planned, outcome));
  }
  return parts.empty() ? std::to_string(trials.planned) : fmt::format("{}", fmt::join(parts, ", "));
}

TextTable to_text_table(const Table& table) {
  const TableDefinition& definition = table.definition;
  TextTable text{title(definition), status(table), {}, {}, definition.note};
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
    add_column(definition.columns[i].title,
               [=](const Row& row) { return measured(row.cells[i], reduction); });
    if (!has_published(table, i)) continue;
    add_column("published", [=](const Row& row) { return published(row.cells[i], reduction); });
  }
  add_column("trials", [](const Row& row) { return to_text(row.trials); });
  return text;
}

}  // namespace lnn::analysis
