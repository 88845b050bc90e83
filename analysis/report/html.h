#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// HTML as text. Whatever comes from files goes through escaped().
namespace lnn::analysis::report {

/// Text for an element's content or a quoted attribute: no markup gets through, and what is neither printable
/// nor white space becomes U+FFFD; so do bytes that are not UTF-8.
std::string escaped(std::string_view text);

/// "<NAME>escaped text</NAME>".
std::string element(std::string_view name, std::string_view text);

/// "<ul>" with one escaped item each; nothing without items.
std::string list(const std::vector<std::string>& items);

/// Dotted keys and paths get places where a browser may break them. `escaped_text` is the result of
/// escaped().
std::string breakable(const std::string& escaped_text);

struct Cell {
  std::string text;   ///< not yet escaped
  std::string style;  ///< class of the cell: "", "number", "long", "best", "good", "bad", "open", "soft"

  Cell(std::string words, std::string look = "") : text(std::move(words)), style(std::move(look)) {}
  Cell(const char* words) : text(words) {}
};

struct HtmlTable {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<Cell>> rows;  ///< as wide as the header; the first cell names the row
};

/// A table inside a container of its own that scrolls when the screen is narrow.
std::string to_html(const HtmlTable& table);

/// "<section id=ID><h2>TITLE</h2>CONTENT</section>".
std::string section(const std::string& id, const std::string& title, const std::string& content);

}  // namespace lnn::analysis::report
