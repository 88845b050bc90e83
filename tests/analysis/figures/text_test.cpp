#include "analysis/figures/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

namespace figures = lnn::figures;
using testing::ElementsAre;

TEST(FigureText, SpeaksAsThePapersDo) {
  EXPECT_EQ(figures::words("softplus+quadratic, delta 3pi/4"), "Softplus+quadratic, δ = 3π/4");
  EXPECT_EQ(figures::words("gelu, quadratic_term 0.0"), "GeLU, without term");
  EXPECT_EQ(figures::symbol("theta12"), "θ₁₂");
  EXPECT_EQ(figures::with_unit("det M", "kg^2 m^4"), "det M [kg² m⁴]");
  EXPECT_EQ(figures::with_unit("z", "1"), "z");
  EXPECT_EQ(figures::seeds_text({4, 1, 4}), "1 to 4 seeds");
  EXPECT_EQ(figures::spread_text({1, 1}), "one seed");
}

TEST(FigureText, NothingFromAFileBecomesACommand) {
  EXPECT_EQ(figures::literal(figures::plain("it's `id`\n{a}_b")), "'it''s `id` \\{a\\}\\_b'");
}

TEST(FigureText, BreaksLinesAtSpaces) {
  EXPECT_THAT(figures::wrapped("aa bbb c\ndd", 6), ElementsAre("aa bbb", "c", "dd"));
  EXPECT_EQ(figures::width_of("θ_{1}"), 2U);
}

}  // namespace
