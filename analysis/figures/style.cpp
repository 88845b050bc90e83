#include "analysis/figures/style.h"

#include <fmt/format.h>

namespace lnn::figures {
namespace {

constexpr std::array<std::string_view, 6> dashes{"solid", "(14,5)",         "(14,4,3,4)",
                                                 "(4,4)", "(20,4,4,4,4,4)", "(9,9)"};

}  // namespace

std::string Style::plot() const {
  if (mark != 0) return fmt::format("with points pt {} ps 0.9 lw {:g} lc rgb '{}'", mark, width, color);
  return fmt::format("with lines lw {:g} lc rgb '{}' dt {}", width, color, dash);
}

Style line_style(std::size_t index) {
  return {.color = colors[index % colors.size()], .width = 2, .dash = dashes[index % dashes.size()]};
}

}  // namespace lnn::figures
