#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

/// Lines and marks that stay apart in print and for color-blind readers.
namespace lnn::figures {

/// Okabe and Ito's colors, without yellow, which is too light for lines; each comes with a dash of its own,
/// for print without color.
inline constexpr std::array<std::string_view, 6> colors{"#0072B2", "#D55E00", "#009E73",
                                                        "#CC79A7", "#E69F00", "#56B4E9"};
inline constexpr std::string_view black = "#000000";
inline constexpr std::string_view gray = "#666666";
inline constexpr std::string_view light_gray = "#BBBBBB";

/// A line with its dash, or a mark (gnuplot's point type) where it has one.
struct Style {
  std::string_view color;
  double width = 2;
  std::string_view dash = "solid";
  int mark = 0;
  bool boxed = false;  ///< a filled box in the legend, for shaded areas

  bool operator==(const Style&) const = default;
  /// "with lines ..." or "with points ...".
  std::string plot() const;
};

/// The style of the arm at this place; after six they repeat.
Style line_style(std::size_t index);

inline constexpr Style true_style{.color = black, .width = 2.5};
inline constexpr Style broad_style{.color = black, .width = 5};  ///< under lines that would hide it
inline constexpr Style learned_style{.color = colors[1], .width = 2, .dash = "(8,4)"};
inline constexpr Style guide_style{.color = gray, .width = 1.5, .dash = "(3,4)"};
inline constexpr Style seed_style{.color = colors[0], .width = 1.5, .mark = 6};
inline constexpr Style paper_style{.color = colors[1], .width = 2.5, .mark = 2};
inline constexpr Style median_style{.color = black, .width = 3.5};

}  // namespace lnn::figures
