#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/render.h"
#include "analysis/text_table.h"

namespace lnn::analysis {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c == '\n' ? ' ' : c;
  }
  return result;
}

/// Columns on a terminal: UTF-8 continuation bytes (10xxxxxx) take no room.
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string line(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths) {
  std::string text = "|";
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string& cell = cells[i];
    text += fmt::format(" {}{:{}} |", cell, "", widths[i] - width(cell));
  }
  return text + "\n";
}

/// Header and rows, escaped, with marked cells in bold.
std::vector<std::vector<std::string>> dressed(const TextTable& table) {
  std::vector<std::vector<std::string>> lines{table.header};
  lines.insert(lines.end(), table.rows.begin(), table.rows.end());
  for (auto& cells : lines) std::ranges::transform(cells, cells.begin(), escaped);
  for (const auto& [row, column] : table.marked) {
    std::string& cell = lines[row + 1][column];
    cell = fmt::format("**{}**", cell);
  }
  return lines;
}

}  // namespace

std::string to_markdown(const TextTable& table) {
  const std::vector<std::vector<std::string>> lines = dressed(table);
  std::vector<std::size_t> widths(table.header.size(), 3);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    for (const auto& cells : lines) widths[i] = std::max(widths[i], width(cells[i]));
  }
  std::vector<std::string> rule;
  rule.reserve(widths.size());
  for (const std::size_t size : widths) rule.emplace_back(size, '-');

  std::string text =
      fmt::format("{} {}\n\n{}\n\n", table.is_detail ? "####" : "###", table.title, table.status);
  text += line(lines.front(), widths) + line(rule, widths);
  for (std::size_t i = 1; i < lines.size(); ++i) text += line(lines[i], widths);
  return table.note.empty() ? text : text + "\n" + table.note + "\n";
}

std::string to_markdown(std::span<const Table> tables, Detail detail) {
  std::string text;
  for (const Table& table : tables) {
    if (!text.empty()) text += "\n";
    text += to_markdown(to_text_table(table));
    if (detail == Detail::brief) continue;
    for (const TextTable& details : to_comparison_tables(table))
      text += fmt::format("\n{}", to_markdown(details));
  }
  return text;
}

}  // namespace lnn::analysis
