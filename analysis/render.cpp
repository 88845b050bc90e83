#include "analysis/render.h"

#include "base/error.h"

namespace lnn::analysis {

std::string render(std::span<const Table> tables, Format format) {
  switch (format) {
    case Format::markdown:
      return to_markdown(tables);
    case Format::csv:
      return to_csv(tables);
    case Format::latex:
      return to_latex(tables);
    case Format::json:
      return to_json_text(tables);
  }
  invariant(false, "every table format has a renderer");
  return {};
}

}  // namespace lnn::analysis
