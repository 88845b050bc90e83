#include "analysis/render.h"

#include "base/error.h"

namespace lnn::analysis {

std::string render(std::span<const Table> tables, Format format, Detail detail) {
  switch (format) {
    case Format::markdown:
      return to_markdown(tables, detail);
    case Format::csv:
      return to_csv(tables);
    case Format::latex:
      return to_latex(tables, detail);
    case Format::json:
      return to_json_text(tables);
  }
  invariant(false, "every table format has a renderer");
  return {};
}

}  // namespace lnn::analysis
