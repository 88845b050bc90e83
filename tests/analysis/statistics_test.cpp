#include "analysis/statistics.h"

#include <gtest/gtest.h>

#include <array>

namespace {

using lnn::analysis::summarize;
using lnn::analysis::Summary;
using lnn::analysis::to_text;

TEST(Statistics, AgreeWithHandNumbers) {
  const Summary summary = summarize(std::array{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0});
  EXPECT_EQ(summary.count, 8U);
  EXPECT_DOUBLE_EQ(summary.mean, 5.0);
  EXPECT_DOUBLE_EQ(summary.deviation, 2.1380899352993951);  // sqrt(32 / 7)
  EXPECT_EQ(summary.minimum, 2.0);
  EXPECT_EQ(summary.maximum, 9.0);
}

TEST(Statistics, OneValueHasNoSpreadAndNoneHasNothing) {
  EXPECT_EQ(summarize(std::array{3.0}).deviation, 0.0);
  EXPECT_EQ(summarize(std::array{1.378209, 1.378209, 1.378209}).deviation, 0.0);
  EXPECT_EQ(summarize(std::array{1.378209, 1.378209, 1.378209}).mean, 1.378209);
  EXPECT_EQ(summarize({}).count, 0U);
}

TEST(Statistics, ReductionIsPositiveWhenLower) {
  EXPECT_DOUBLE_EQ(lnn::analysis::reduction_percent(0.25, 1.0), 75.0);
  EXPECT_DOUBLE_EQ(lnn::analysis::reduction_percent(2.0, 1.0), -100.0);
  // Paper A, V.1: 0.01523 against 0.073.
  EXPECT_NEAR(lnn::analysis::reduction_percent(0.01523, 0.073), 79.1, 0.05);
}

Summary make(double mean, double deviation, std::size_t count = 2) {
  return {count, mean, deviation, 0, 0};
}

TEST(SummaryText, GivesTheSpreadTwoDigitsAndTheMeanTheSamePlace) {
  EXPECT_EQ(to_text(make(0.012345, 0.001123)), "0.0123 ± 0.0011 (n=2)");
  EXPECT_EQ(to_text(make(0.0734, 0.00996)), "0.073 ± 0.010 (n=2)");
  EXPECT_EQ(to_text(make(0.5, 0.0994)), "0.500 ± 0.099 (n=2)");
  EXPECT_EQ(to_text(make(17.25, 3.14)), "17.2 ± 3.1 (n=2)");
  EXPECT_EQ(to_text(make(0.01, 0.5)), "0.01 ± 0.50 (n=2)");
  EXPECT_EQ(to_text(make(12345, 1180)), "12300 ± 1200 (n=2)");
  EXPECT_EQ(to_text(make(-0.2, 0.1)), "-0.20 ± 0.10 (n=2)");
}

TEST(SummaryText, WritesVeryLargeAndSmallNumbersWithAnExponent) {
  EXPECT_EQ(to_text(make(1.234e-7, 1.1e-8, 3)), "(1.23 ± 0.11)e-07 (n=3)");
  EXPECT_EQ(to_text(make(3.2e9, 1.5e8, 3)), "(3.20 ± 0.15)e+09 (n=3)");
}

TEST(SummaryText, CopesWithoutASpread) {
  EXPECT_EQ(to_text(make(0.0123456, 0, 1)), "0.01235 (n=1)");
  EXPECT_EQ(to_text(make(0, 0, 2)), "0 (n=2)");
  EXPECT_EQ(to_text(make(1.0, 1e-12, 2)), "1 ± 1.0e-12 (n=2)");
  EXPECT_EQ(to_text(Summary{}), "-");
}

}  // namespace
