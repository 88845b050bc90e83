#include "analysis/report/html.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace lnn::analysis::report {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

/// Bytes of the UTF-8 sequence that `text` begins with; 0 when it begins with none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xC2 ? 0
                             : first < 0xE0 ? 2
                             : first < 0xF0 ? 3
                             : first < 0xF5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return 0;
  }
  // Overlong forms, surrogates and what lies beyond Unicode.
  const bool forbidden =
      length > 1 && ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                     (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F));
  return forbidden ? 0 : length;
}

std::string_view entity(char c) {
  switch (c) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    default:
      return {};
  }
}

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
}

std::string cell_tag(const Cell& cell, bool names_row) {
  const std::string look = cell.style.empty() ? "" : fmt::format(" class=\"{}\"", escaped(cell.style));
  const std::string text = breakable(escaped(cell.text));
  return names_row ? fmt::format("<th scope=\"row\"{}>{}</th>", look, text)
                   : fmt::format("<td{}>{}</td>", look, text);
}

// Heads stand over their numbers.
bool holds_numbers(const HtmlTable& table, std::size_t column) {
  return !table.rows.empty() && table.rows.front().at(column).style == "number";
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0 || is_control(text.front())) {
      result += replacement;
    } else if (const std::string_view name = entity(text.front()); !name.empty()) {
      result += name;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string element(std::string_view name, std::string_view text) {
  return fmt::format("<{0}>{1}</{0}>\n", name, escaped(text));
}

std::string list(const std::vector<std::string>& items) {
  if (items.empty()) return "";
  std::string text = "<ul>\n";
  for (const std::string& item : items) {
    text += fmt::format("<li>{}</li>\n", breakable(escaped(item)));
  }
  return text + "</ul>\n";
}

std::string breakable(const std::string& escaped_text) {
  std::string result;
  for (std::size_t i = 0; i < escaped_text.size(); ++i) {
    const char c = escaped_text[i];
    result += c;
    const bool before_letter = i + 1 < escaped_text.size() && escaped_text[i + 1] >= 'A';
    if ((c == '.' || c == '/' || c == '_') && before_letter) result += "<wbr>";
  }
  return result;
}

std::string to_html(const HtmlTable& table) {
  std::string text = fmt::format(
      "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{0}\">\n"
      "<table>\n<caption>{0}</caption>\n<thead><tr>",
      escaped(table.caption));
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    text += fmt::format("<th scope=\"col\"{}>{}</th>", holds_numbers(table, i) ? " class=\"number\"" : "",
                        breakable(escaped(table.header[i])));
  }
  text += "</tr></thead>\n<tbody>\n";
  for (const std::vector<Cell>& row : table.rows) {
    text += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) text += cell_tag(row[i], i == 0);
    text += "</tr>\n";
  }
  return text + "</tbody>\n</table>\n</div>\n";
}

std::string section(const std::string& id, const std::string& title, const std::string& content) {
  return fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1}</h2>\n{2}</section>\n",
      id, escaped(title), content);
}

}  // namespace lnn::analysis::report
