#include <fmt/format.h>

#include <array>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"

namespace lnn::analysis::report {
namespace {

constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      bits = bits << 8U | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) text += k <= count ? digits[bits >> (18 - 6 * k) & 63U] : '=';
  }
  return text;
}

// As an image and not as elements of the page: the identifiers of two figures cannot collide, and a browser
// runs nothing and loads nothing inside an image.
std::string figure_html(const ReportFigure& figure) {
  return fmt::format(
      "<figure>\n<img alt=\"{}\" "
      "src=\"data:image/svg+xml;base64,{}\">\n<figcaption>{}</figcaption>\n</figure>\n",
      escaped(figure.description), base64(figure.svg), escaped(figure.title));
}

}  // namespace

std::string figures_section(const Report& report) {
  if (!report.without_figures.empty())
    return section("figures", "Figures", element("p", report.without_figures));
  if (report.figures.empty()) return "";
  std::string content;
  const std::string* experiment = nullptr;
  for (const ReportFigure& figure : report.figures) {
    if (experiment == nullptr || *experiment != figure.experiment) {
      content += (experiment == nullptr ? "" : "</div>\n") + element("h3", figure.experiment) +
                 "<div class=\"figures\">\n";
    }
    experiment = &figure.experiment;
    content += figure_html(figure);
  }
  return section("figures", "Figures", content + "</div>\n");
}

}  // namespace lnn::analysis::report
