#include "analysis/figures/picture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "analysis/figures/text.h"
#include "base/error.h"

namespace lnn::figures {
namespace {

constexpr int font = 15;       // pixels; sub- and superscripts are 0.8 of it: 9 points
constexpr double line = 21;    // height of a line of text
constexpr double footer = 50;  // height of a color scale

/// A place in pixels from the upper left; the script turns them into gnuplot's shares of the picture.
std::string on_screen(double x, double y) {
  return fmt::format("screen x({:.1f}), y({:.1f})", x, y);
}

std::string label(int tag, double x, double y, const std::string& text, const std::string& how,
                  int size = font) {
  return fmt::format("set label {} {} at {} {} font ',{}'", tag, literal(text), on_screen(x, y), how, size);
}

/// A style beside its name in the legend.
std::string sample(const Style& style, int tag, double x, double y) {
  if (style.boxed) {
    return fmt::format("set object {} rectangle from {} to {} fc rgb '{}' fs solid noborder", tag,
                       on_screen(x, y - 6), on_screen(x + 36, y + 6), style.color);
  }
  if (style.mark != 0) {
    return fmt::format("set label {} '' at {} point pt {} ps 0.9 lw {:g} lc rgb '{}'", tag,
                       on_screen(x + 24, y), style.mark, style.width, style.color);
  }
  return fmt::format("set arrow {} from {} to {} nohead lw {:g} lc rgb '{}' dt {}", tag, on_screen(x, y),
                     on_screen(x + 36, y), style.width, style.color, style.dash);
}

std::string color_box(const std::string& title, double width, double height) {
  return fmt::format(
      "set colorbox horizontal user origin x(230), y({0}) size x({1}), 1 - y(14); set cbtics offset "
      "0,0.4; {2}",
      height - 28, width - 260, label(204, 210, height - 35, title, "right"));
}

/// Without the rows that have an undefined number.
std::string rows_of(std::initializer_list<std::span<const double>> columns) {
  const std::size_t size = columns.begin()->size();
  for (const auto& column : columns) invariant(column.size() == size, "columns of a figure have one length");
  std::string rows;
  for (std::size_t row = 0; row < size; ++row) {
    std::vector<std::string> cells;
    for (const auto& column : columns) {
      if (std::isfinite(column[row])) cells.push_back(number(column[row]));
    }
    if (cells.size() == columns.size()) rows += fmt::format("{}\n", fmt::join(cells, " "));
  }
  return rows;
}

}  // namespace

Panel& Picture::add_panel(Panel panel) {
  panels_.push_back(std::move(panel));
  return panels_.back();
}

std::string Picture::add_block(const std::string& meaning, const std::string& rows) {
  blocks_.push_back(fmt::format("# {}\n{}", plain(meaning), rows.empty() ? "nan nan nan nan\n" : rows));
  return fmt::format("data index {}", blocks_.size() - 1);
}

std::string Picture::data(const std::string& meaning,
                          std::initializer_list<std::span<const double>> columns) {
  return add_block(meaning, rows_of(columns));
}

std::string Picture::lines(const std::string& meaning, std::span<const Line> lines) {
  std::string rows;
  for (const Line& line : lines) {
    const std::string more = rows_of({line.x, line.y});
    // One empty line ends a line; two would end the block.
    if (!more.empty()) rows += (rows.empty() ? "" : "\n") + more;
  }
  return add_block(meaning, rows);
}

std::string Picture::matrix(const std::string& meaning, std::span<const double> values, std::size_t width) {
  std::string rows;
  for (std::size_t i = 0; i < values.size(); ++i) {
    rows += number(values[i]) + ((i + 1) % width == 0 ? "\n" : " ");
  }
  return add_block(meaning, rows) + " matrix";
}

void Picture::add_entry(const std::string& text, const Style& style) {
  const std::pair entry{text, style};
  if (std::ranges::find(legend_, entry) == legend_.end()) legend_.push_back(entry);
}

std::string Picture::data_text() const {
  return fmt::format("{}", fmt::join(blocks_, "\n\n"));
}

Picture::Heading Picture::heading() const {
  Heading result;
  double y = 18 - line;
  int tag = 0;
  const auto write = [&](const std::string& text, int size) {
    const double room = (options_.width - 10) / (size == font ? 7.6 : 8.8);
    for (const std::string& part : wrapped(text, static_cast<std::size_t>(room))) {
      y += line;
      result.commands.push_back(label(++tag, 10, y, part, "left", size));
    }
  };
  write(options_.title, font + 2);
  write(options_.subtitle, font);
  double x = options_.width;
  tag = 20;
  for (const auto& [text, style] : legend_) {
    const double width = 60 + pixels_of(text);
    if (x + width > options_.width) {
      x = 10;
      y += line;
    }
    result.commands.push_back(sample(style, ++tag, x, y));
    result.commands.push_back(label(100 + tag, x + 42, y, text, "left"));
    x += width;
  }
  result.height = y + 14;
  return result;
}

std::vector<std::string> Picture::terminals(double height) const {
  const double width = options_.width;
  const auto terminal = [&](const char* format, const std::string& settings) {
    return fmt::format("if (format eq '{}') set terminal {} enhanced background '#ffffff'", format, settings);
  };
  return {
      "if (!exists('format')) format = 'svg'",
      terminal("svg", fmt::format("svg size {},{} font 'Arial,{}'", width, height, font)),
      terminal("png",
               fmt::format("pngcairo size {},{} font 'Arial,{}' fontscale 1.5 linewidth 2 pointscale 2",
                           2 * width, 2 * height, font)),
      terminal("pdf",
               fmt::format("pdfcairo size {:.3f}in,{:.3f}in font 'Arial,{}' fontscale 0.565 linewidth 1.5",
                           width / 96, height / 96, font)),
      fmt::format("set output '{}.'.format", name()),
  };
}

double Picture::axes_height() const {
  return options_.height - 64;
}

double Picture::axes_width(double right) const {
  const auto columns = static_cast<double>(options_.columns);
  return (options_.width - options_.left - right - options_.between * (columns - 1)) / columns;
}

double Picture::right() const {
  constexpr double least = 20;
  constexpr double border = 2;
  double room = least;
  for (std::size_t i = options_.columns - 1; i < panels_.size(); i += options_.columns) {
    const LastNumber& last = panels_[i].settings.last_number;
    room = std::max(room, last.pixels / 2 - last.beyond * axes_width(least) + border);
  }
  return room;
}

Picture::Row Picture::row_of(std::size_t row) const {
  std::ptrdiff_t title_lines = 0;
  bool names_x = false;
  for (std::size_t i = row * options_.columns; i < std::min(panels_.size(), (row + 1) * options_.columns);
       ++i) {
    const std::string& title = panels_[i].title;
    if (!title.empty()) title_lines = std::max(title_lines, 1 + std::ranges::count(title, '\n'));
    names_x = names_x || !panels_[i].x_name.empty();
  }
  const double above = 12 + 20 * static_cast<double>(title_lines);
  return {above, above + axes_height() + (names_x ? 52 : 32)};
}

std::vector<std::string> Picture::place(const Panel& panel, std::size_t column, double top) const {
  const double width = axes_width(right());
  const double left = options_.left + static_cast<double>(column) * (width + options_.between);
  const double bottom = top + axes_height();
  const double name_x = column == 0 ? 18 : left - std::min(options_.between, 90.0) + 18;
  std::vector<std::string> commands{
      fmt::format("set lmargin at screen x({:.1f}); set rmargin at screen x({:.1f})", left, left + width),
      fmt::format("set tmargin at screen y({:.1f}); set bmargin at screen y({:.1f})", top, bottom),
      label(202, left + width / 2, bottom + 40, panel.x_name, "center"),
      label(203, name_x, (top + bottom) / 2, panel.y_name, "center rotate by 90")};
  const std::vector<std::string> titles = wrapped(panel.title, 100);
  for (std::size_t i = 0; i < titles.size(); ++i) {
    const auto lines_below = static_cast<double>(titles.size() - 1 - i);
    commands.push_back(
        label(205 + static_cast<int>(i), left + width / 2, top - 14 - 20 * lines_below, titles[i], "center"));
  }
  return commands;
}

std::string Picture::script() const {
  const Heading head = heading();
  double height = head.height + (options_.color_scale.empty() ? 0 : footer);
  for (std::size_t row = 0; row * options_.columns < panels_.size(); ++row) height += row_of(row).height;
  std::vector<std::string> lines{fmt::format(
      "# Draws {0}.svg from {0}.dat; with gnuplot -e \"format='png'\" {0}.gp (or 'pdf') that format.",
      name())};
  const auto add = [&lines](const std::vector<std::string>& more) {
    lines.insert(lines.end(), more.begin(), more.end());
  };
  add({"set encoding utf8"});
  add(terminals(height));
  add({fmt::format("data = '{}.dat'", name()),
       fmt::format("x(pixels) = pixels / {:.1f}  # from the left", options_.width),
       fmt::format("y(pixels) = 1 - pixels / {:.1f}  # from the top", height),
       "set tics nomirror out scale 0.6", "set xtics offset 0,0.4", "set border 3 lw 1", "unset key",
       "set multiplot"});
  add(head.commands);
  double row_top = head.height;
  for (std::size_t i = 0; i < panels_.size(); ++i) {
    const Panel& panel = panels_[i];
    lines.emplace_back();
    const Row row = row_of(i / options_.columns);
    add(place(panel, i % options_.columns, row_top + row.above));
    if ((i + 1) % options_.columns == 0) row_top += row.height;
    add(panel.settings.commands);
    const bool has_scale = i == 0 && !options_.color_scale.empty();
    lines.push_back(has_scale ? color_box(options_.color_scale, options_.width, height) : "unset colorbox");
    lines.push_back(fmt::format("plot {}", fmt::join(panel.curves, ", \\\n     ")));
    add({"unset label", "unset arrow", "unset object"});
  }
  add({"", "unset multiplot", ""});
  return fmt::format("{}", fmt::join(lines, "\n"));
}

}  // namespace lnn::figures
