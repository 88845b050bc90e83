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
  for (const std::string& cell : cells) texts.push_back(escaped(cell));
  return fmt::format("    {} \\\\\n", fmt::join(texts, " & "));
}

std::string to_latex(const TextTable& table, const TableDefinition& definition) {
  std::string text = "\\begin{table}\n  \\centering\n";
  text += fmt::format("  \\caption{{{}. {}{}{}}}\n", escaped(table.title), escaped(table.status),
                      table.note.empty() ? "" : " ", escaped(table.note));
  text += fmt::format("  \\label{{tab:{}-{}}}\n", definition.experiment, definition.name);
  text += fmt::format("  \\begin{{tabular}}{{{}}}\n    \\toprule\n", std::string(table.header.size(), 'l'));
  text += line(table.header) + "    \\midrule\n";
  for (const auto& row : table.rows) text += line(row);
  return text + "    \\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

}  // namespace

std::string to_latex(std::span<const Table> tables) {
  std::string text;
  for (const Table& table : tables) {
    if (!text.empty()) text += "\n";
    text += to_latex(to_text_table(table), table.definition);
  }
  return text;
}

}  // namespace lnn::analysis
