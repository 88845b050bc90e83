#include "analysis/report/html.h"
#include "analysis/report/sections.h"

namespace lnn::analysis::report {
namespace {

HtmlTable html_of(const TextTable& text) {
  HtmlTable table{text.is_detail ? text.title : text.status, text.header, {}};
  for (const auto& row : text.rows) table.rows.emplace_back(row.begin(), row.end());
  for (const auto& [row, column] : text.marked) table.rows.at(row).at(column).style = "best";
  return table;
}

std::string table_html(const TextTable& text) {
  return (text.is_detail ? "" : element("h3", text.title)) + to_html(html_of(text)) +
         (text.note.empty() ? "" : element("p", text.note));
}

}  // namespace

std::string tables_section(const Report& report) {
  if (report.tables.empty()) return "";
  std::string content;
  for (const TextTable& table : report.tables) content += table_html(table);
  return section("tables", "Tables", content);
}

}  // namespace lnn::analysis::report
