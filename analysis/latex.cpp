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
  boost::replace_all(result, "±", "$\\pm$");
  return result;
}

std::string line(const std::vector<std::string>& cells) {
  std::vector<std::string> texts;
  texts.reserve(cells.size());
  for (const std::string& cell : cells) texts.push_back(escaped(cell));
  return fmt::format("    {} \\\\\n", fmt::join(texts, " & "));
}

}  // namespace

std::string to_latex(const TextTable& table, const std::string& label, const std::string& columns) {
  std::string text = "\\begin{table}\n  \\centering\n";
  text += fmt::format("  \\caption{{{}. {}{}{}}}\n", escaped(table.title), escaped(table.status),
                      table.note.empty() ? "" : " ", escaped(table.note));
  text += fmt::format("  \\label{{{}}}\n", label);
  text += fmt::format("  \\begin{{tabular}}{{{}}}\n    \\toprule\n", columns);
  text += line(table.header) + "    \\midrule\n";
  for (const auto& row : table.rows) text += line(row);
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

std::string to_latex(std::span<const Table> tables) {
  std::string text;
  for (const Table& table : tables) {
    if (!text.empty()) text += "\n";
    const TextTable words = to_text_table(table);
    text += to_latex(words, fmt::format("tab:{}-{}", table.definition.experiment, table.definition.name),
                     std::string(words.header.size(), 'l'));
  }
  return text;
}

}  // namespace lnn::analysis
