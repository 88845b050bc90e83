#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "analysis/text_table.h"

namespace lnn::analysis {
namespace {

std::string number(double value) {
  if (std::isinf(value)) return value > 0 ? "∞" : "-∞";
  return fmt::format("{:.3g}", value);
}

std::string interval_text(const std::optional<Interval>& interval) {
  return interval ? fmt::format(" [{}, {}]", number(interval->low), number(interval->high)) : "";
}

/// "1.12 × [0.98, 1.3]", "+0.3 [0.1, 0.5]", "75 % [70, 80]".
std::string effect_text(const Effect& effect) {
  const char* unit = effect.kind == EffectKind::ratio               ? " ×"
                     : effect.kind == EffectKind::reduction_percent ? " %"
                                                                    : "";
  const char* sign = effect.kind == EffectKind::difference && effect.estimate > 0 ? "+" : "";
  return fmt::format("{}{}{}{}", sign, number(effect.estimate), unit, interval_text(effect.interval));
}

std::string p_text(const Contrast& contrast) {
  if (!contrast.p) return "-";
  return contrast.p_adjusted < 0.001 ? "< 0.001" : fmt::format("{:.2g}", contrast.p_adjusted);
}

std::string pairs_text(const Contrast& contrast) {
  if (contrast.left_out == 0) return std::to_string(contrast.pairs);
  return fmt::format("{} ({} left out)", contrast.pairs, contrast.left_out);
}

std::string cost_text(const std::optional<double>& core_hours) {
  return core_hours ? fmt::format(" ({:.2g} core-hours)", *core_hours) : "";
}

std::string more_seeds_text(const Contrast& contrast) {
  constexpr std::size_t most_worthwhile = 1000;
  if (!contrast.more_seeds) return "";
  if (*contrast.more_seeds > most_worthwhile) return "; more than 1000 seeds would be needed";
  return fmt::format("; about {} more seeds{} would decide", *contrast.more_seeds,
                     cost_text(contrast.core_hours));
}

std::string verdict(const Standing& standing) {
  if (standing.is_marked) return "best, separated from every other";
  if (standing.is_best) return "best so far, not separated from every other";
  if (!standing.contrast) return "-";
  const Contrast& contrast = *standing.contrast;
  if (contrast.separated) return "separated";
  if (contrast.pairs < fewest_seeds) return fmt::format("too few pairs{}", more_seeds_text(contrast));
  return fmt::format("not separated{}", more_seeds_text(contrast));
}

std::string statistic_name(Statistic statistic) {
  std::string name = to_name(statistic);
  std::ranges::replace(name, '_', ' ');
  return name;
}

std::string level_text(const Standing& standing) {
  return standing.level ? number(standing.level->estimate) + interval_text(standing.level->interval) : "-";
}

std::string row_label(const Row& row) {
  return fmt::format("{}", fmt::join(row.labels, ", "));
}

/// The row that the others are compared with, in words.
std::string baseline(const Table& table, std::size_t column) {
  for (const Row& row : table.rows) {
    if (row.cells[column].standing.is_best) return row_label(row);
  }
  return "the reference";
}

bool is_comparable(const Table& table, std::size_t column) {
  return std::ranges::any_of(table.rows, [column](const Row& row) {
    const auto& contrast = row.cells[column].standing.contrast;
    return contrast && contrast->p;
  });
}

std::size_t tests_of(const Table& table) {
  std::size_t count = 0;
  for (const Row& row : table.rows) {
    for (const Cell& cell : row.cells) {
      count += cell.standing.contrast && cell.standing.contrast->p ? 1 : 0;
    }
  }
  return count;
}

std::string status(const Table& table) {
  return fmt::format(
      "{}Intervals: 95 %, over seeds. p: Wilcoxon's signed-rank test on seeds that both rows have, adjusted "
      "for the {} comparisons of this table (Holm). Effect size: rank-biserial correlation.",
      table.finished < table.planned ? "PARTIAL. " : "", tests_of(table));
}

std::string note(const Table& table, std::size_t column) {
  const Agreement& agreement = table.agreements[column];
  if (agreement.pairs == 0) return "";
  return fmt::format("The published order: {} of {} pairs of rows with published values agree with it.",
                     agreement.same_order, agreement.pairs);
}

std::vector<std::string> row_text(const Row& row, std::size_t column) {
  const Standing& standing = row.cells[column].standing;
  std::vector<std::string> cells = row.labels;
  cells.push_back(standing.median ? number(*standing.median) : "-");
  cells.push_back(level_text(standing));
  if (standing.contrast && standing.contrast->pairs > 0) {
    const Contrast& contrast = *standing.contrast;
    cells.insert(cells.end(), {effect_text(contrast.effect), pairs_text(contrast), p_text(contrast),
                               contrast.p ? fmt::format("{:.2f}", contrast.rank_biserial) : "-"});
  } else {
    cells.insert(cells.end(), {"-", "-", "-", "-"});
  }
  cells.push_back(verdict(standing));
  return cells;
}

TextTable comparison_table(const Table& table, std::size_t column) {
  TextTable text;
  text.is_detail = true;
  text.title = table.definition.columns[column].title + ": comparison of rows";
  text.status = status(table);
  for (const std::string& key : table.definition.rows) text.header.push_back(last_part(key));
  text.header.insert(text.header.end(),
                     {"median", statistic_name(table.statistics[column]) + " [95 %]",
                      "against " + baseline(table, column), "pairs", "p", "effect size", "verdict"});
  for (const Row& row : table.rows) {
    if (row.cells[column].standing.level) text.rows.push_back(row_text(row, column));
  }
  text.note = note(table, column);
  return text;
}

}  // namespace

std::vector<TextTable> to_comparison_tables(const Table& table) {
  std::vector<TextTable> tables;
  for (std::size_t column = 0; column < table.definition.columns.size(); ++column) {
    if (is_comparable(table, column)) tables.push_back(comparison_table(table, column));
  }
  return tables;
}

}  // namespace lnn::analysis
