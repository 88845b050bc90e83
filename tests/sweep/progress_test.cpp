#include "sweep/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using lnn::store::Outcome;
using lnn::sweep::Board;
using testing::HasSubstr;

Board three_trials() {
  lnn::experiment::Plan plan;
  for (const char* id : {"a", "b", "c"}) {
    lnn::experiment::PlannedArm arm;
    arm.label = std::string("arm ") + id;
    plan.trials.push_back({id, 1, {{std::make_shared<const lnn::experiment::PlannedArm>(arm), 4}}});
  }
  Board board(plan);
  board.started("a", 1, 100);
  board.ended("a", Outcome::crashed, "SIGSEGV", 101);
  board.started("b", 1, 100);
  board.reported("b", {3, 30, 0.5, 0.25, 0.125, 1e-3, 1.5}, 104);
  return board;
}

TEST(Progress, TotalLineCountsAndForecasts) {
  EXPECT_EQ(lnn::sweep::total_line(three_trials(), 192, 3725.0),
            "1/3 done, 1 crashed, 1 running, 1 waiting, elapsed 3:12, about 1:02:05 left");
  EXPECT_EQ(lnn::sweep::total_line(three_trials(), 4, std::optional<double>()),
            "1/3 done, 1 crashed, 1 running, 1 waiting, elapsed 4.0 s");
  EXPECT_EQ(lnn::sweep::total_line(three_trials(), 192, lnn::sweep::Forecast{600, 500, 720}),
            "1/3 done, 1 crashed, 1 running, 1 waiting, elapsed 3:12, 10:00 left (8:20 to 12:00)");
}

TEST(Progress, RunningLinesShowEpochsAndLosses) {
  const auto lines = lnn::sweep::running_lines(three_trials(), 10);
  ASSERT_EQ(lines.size(), 1U);
  for (const char* part : {"arm b, seed 4", "epoch 3/30", "train 0.5", "validation 0.25", "best 0.125"}) {
    EXPECT_THAT(lines[0], HasSubstr(part));
  }
  EXPECT_TRUE(lnn::sweep::running_lines(three_trials(), 0).empty());
}

}  // namespace
