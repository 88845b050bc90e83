#pragma once

#include <deque>
#include <initializer_list>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/figures/axis.h"
#include "analysis/figures/style.h"

/// A picture: panels in a grid under a title, a subtitle and one legend; its numbers are blocks of one data
/// file, and a gnuplot script says how they are drawn.
namespace lnn::figures {

/// Lengths are pixels of 1/96 inch; 640 is 17 cm, the width of a page's text.
struct PictureOptions {
  std::string name;  ///< of its files: letters, digits, '_', '-'
  std::string title = {};
  std::string subtitle = {};  ///< may have several lines
  std::size_t columns = 1;
  double height = 230;  ///< of a row of panels without titles, with names under its axes
  double left = 90;     ///< room for the first column's numbers and name
  double between = 90;  ///< columns
  double width = 640;
  std::string color_scale = {};  ///< title of a color scale under the panels, if there is one
};

/// One pair of axes: their names, gnuplot settings and what `plot` lists.
struct Panel {
  std::string x_name = {};
  std::string y_name = {};
  Settings settings = {};
  std::string title = {};  ///< may have two lines
  std::vector<std::string> curves = {};
};

/// Places of a line, in the order of their columns.
struct Line {
  std::span<const double> x;
  std::span<const double> y;
};

class Picture {
 public:
  explicit Picture(PictureOptions options) : options_(std::move(options)) {}

  const std::string& name() const { return options_.name; }
  const std::string& title() const { return options_.title; }

  /// The reference stays valid.
  Panel& add_panel(Panel panel);
  bool empty() const { return panels_.empty(); }

  /// Adds columns of numbers, without the rows that have an undefined one; returns how a curve names them.
  /// Precondition: columns of one length.
  std::string data(const std::string& meaning, std::initializer_list<std::span<const double>> columns);
  /// Adds lines that one curve draws; otherwise as data().
  std::string lines(const std::string& meaning, std::span<const Line> lines);
  /// Adds a matrix (row by row, `width` numbers each) for `with image`.
  std::string matrix(const std::string& meaning, std::span<const double> values, std::size_t width);

  /// Adds a line to the legend, once.
  void add_entry(const std::string& text, const Style& style);

  /// The script NAME.gp; it reads NAME.dat and writes NAME.svg, or another format with -e "format='pdf'".
  std::string script() const;
  /// The blocks of NAME.dat, each under a comment that says what its columns are.
  std::string data_text() const;

 private:
  struct Heading {
    std::vector<std::string> commands;
    double height = 0;
  };
  Heading heading() const;
  std::vector<std::string> terminals(double height) const;
  /// A row of panels: what is above its axes, and all of it. Axes have one height in all rows.
  struct Row {
    double above = 0;
    double height = 0;
  };
  double axes_height() const;
  double axes_width(double right) const;
  /// Room right of the axes.
  double right() const;
  Row row_of(std::size_t row) const;
  std::vector<std::string> place(const Panel& panel, std::size_t column, double top) const;
  std::string add_block(const std::string& meaning, const std::string& rows);

  PictureOptions options_;
  std::deque<Panel> panels_;
  std::vector<std::pair<std::string, Style>> legend_;
  std::vector<std::string> blocks_;
};

}  // namespace lnn::figures
