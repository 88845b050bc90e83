#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/algorithm/string/replace.hpp>
#include <vector>

#include "analysis/render.h"
#include "analysis/text_table.h"

namespace lnn::analysis {
namespace {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\textbackslash{}";
        break;
      case '~':
        result += "\\textasciitilde{}";
        break;
      case '^':
        result += "\\textasciicircum{}";
        break;
      case '&':
      case '%':
      case '$':
      case '#':
      case '_':
      case '{':
      case '}':
        result += '\\';
        result += c;
        break;
      default:
        result += c;
    }
  }
  // Behind the end of a line, LaTeX takes these for its options.
  if (text.starts_with('[') || text.starts_with('*')) result = fmt::format("{{{}}}", result);
  boost::replace_all(result, "±", "$\\pm$");
  boost::replace_all(result, "×", "$\\times$");
  boost::replace_all(result, "∞", "$\\infty$");
  boost::replace_all(result, "<", "$<$");
  return result;
}

std::string line(const std::vector<std::string>& cells) {
  return fmt::format("    {} \\\\\n", fmt::join(cells, " & "));
}

std::vector<std::string> escaped(const std::vector<std::string>& cells) {
  std::vector<std::string> texts;
  texts.reserve(cells.size());
  for (const std::string& cell : cells) texts.push_back(escaped(cell));
  return texts;
}

/// A row's cells, escaped, with marked ones in bold.
std::vector<std::string> dressed(const TextTable& table, std::size_t row) {
  std::vector<std::string> cells = escaped(table.rows[row]);
  for (std::size_t column = 0; column < cells.size(); ++column) {
    if (table.marked.contains({row, column})) cells[column] = fmt::format("\\textbf{{{}}}", cells[column]);
  }
  return cells;
}

}  // namespace

std::string to_latex(const TextTable& table, const std::string& label, const std::string& columns) {
  std::string text = "\\begin{table}\n  \\centering\n";
  text += fmt::format("  \\caption{{{}. {}{}{}}}\n", escaped(table.title), escaped(table.status),
                      table.note.empty() ? "" : " ", escaped(table.note));
  text += fmt::format("  \\label{{{}}}\n", label);
  text += fmt::format("  \\begin{{tabular}}{{{}}}\n    \\toprule\n", columns);
  text += line(escaped(table.header)) + "    \\midrule\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) text += line(dressed(table, row));
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

std::string to_latex(std::span<const Table> tables, Detail detail) {
  std::string text;
  for (const Table& table : tables) {
    if (!text.empty()) text += "\n";
    const std::string label = fmt::format("tab:{}-{}", table.definition.experiment, table.definition.name);
    const TextTable words = to_text_table(table);
    text += to_latex(words, label, std::string(words.header.size(), 'l'));
    if (detail == Detail::brief) continue;
    int number = 0;
    for (const TextTable& details : to_comparison_tables(table)) {
      text += fmt::format("\n{}", to_latex(details, fmt::format("{}-comparison{}", label, ++number),
                                           std::string(details.header.size(), 'l')));
    }
  }
  return text;
}

}  // namespace lnn::analysis
