#include "analysis/figures/picture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace {

namespace figures = lnn::figures;
using figures::Limits;
using figures::Line;
using figures::Numbers;
using figures::Picture;

constexpr double width = 640;

Picture with_axes(const std::vector<Limits>& limits) {
  Picture picture({.name = "a", .columns = limits.size()});
  for (const Limits& x : limits) picture.add_panel({.settings = figures::linear_axis('x', x, 5)});
  return picture;
}

/// Pixels right of the last axes.
double right_margin(const Picture& picture) {
  const std::string script = picture.script();
  const std::string before = "set rmargin at screen x(";
  return width - std::stod(script.substr(script.rfind(before) + before.size()));
}

TEST(Picture, TheLastNumberUnderAnAxisHasRoom) {
  // A digit of DejaVu Sans takes 0.636 of the font's size, which is 15 pixels.
  EXPECT_GT(right_margin(with_axes({{0, 100000}})), 6 * 0.636 * 15 / 2);
  EXPECT_GT(right_margin(with_axes({{0, 50000}})), 5 * 0.636 * 15 / 2);
  EXPECT_GT(right_margin(with_axes({{-200000, -100000}})), 7 * 0.636 * 15 / 2);
}

TEST(Picture, OnlyNumbersThatNeedItTakeMoreRoomThanUsual) {
  EXPECT_EQ(right_margin(with_axes({{0, 10}})), 20);
  EXPECT_EQ(right_margin(with_axes({{0, 110000}})), 20) << "100000 stands left of the end";
  EXPECT_EQ(right_margin(with_axes({{0, 100000}, {0, 10}})), 20) << "between columns there is room";
  EXPECT_GT(right_margin(with_axes({{0, 10}, {0, 100000}})), 20);
}

TEST(Picture, OneCurveMayHaveSeveralLines) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const Numbers x{1, 2};
  const Numbers rising{3, 4};
  const Numbers undefined{nan, nan};
  const Numbers broken{5, nan};
  Picture picture({.name = "a"});
  EXPECT_EQ(picture.lines("three", std::vector<Line>{{x, rising}, {x, undefined}, {x, broken}}),
            "data index 0");
  EXPECT_EQ(picture.data("more", {x, rising}), "data index 1");
  // gnuplot: an empty line ends a line, two end a block.
  EXPECT_EQ(picture.data_text(), "# three\n1 3\n2 4\n\n1 5\n\n\n# more\n1 3\n2 4\n");
}

}  // namespace
