#include "sweep/pace.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "base/files.h"

namespace {

namespace fs = std::filesystem;
using lnn::store::Outcome;
using lnn::sweep::Board;
using lnn::sweep::ClassPace;
using lnn::sweep::Pace;
using lnn::sweep::PaceTable;

lnn::experiment::Plan plan_with_costs(const std::vector<double>& costs) {
  lnn::experiment::Plan plan;
  for (std::size_t k = 0; k < costs.size(); ++k) {
    lnn::experiment::PlannedTrial trial;
    trial.id = std::to_string(k);
    trial.cost = costs[k];
    plan.trials.push_back(trial);
  }
  return plan;
}

TEST(Pace, WasMeasuredOrComesFromTheRatioOfCosts) {
  Board board(plan_with_costs({10, 5}));
  EXPECT_FALSE(Pace(board).known());
  const PaceTable earlier{{board.class_name(1), {.seconds = 20}}};
  const Pace pace(board, earlier);
  EXPECT_DOUBLE_EQ(pace.seconds(1), 20);
  EXPECT_DOUBLE_EQ(pace.seconds(0), 40);
  EXPECT_GT(pace.uncertainty(0), pace.uncertainty(1));
}

TEST(Pace, WhatThisSweepSeesJoinsWhatWasKnown) {
  Board board(plan_with_costs({5, 5}));
  board.started("0", 1, 100);
  board.ended("0", Outcome::completed, "", 110);
  const PaceTable earlier{{board.class_name(0), {.seconds = 20}}};
  EXPECT_DOUBLE_EQ(Pace(board, earlier).seconds(0), 15);
}

TEST(Pace, AClockThatWasSetBackIsNotBelieved) {
  Board board(plan_with_costs({5}));
  board.started("0", 1, 100);
  board.ended("0", Outcome::completed, "", 50);
  EXPECT_FALSE(Pace(board).known());
}

TEST(Forecast, HasAnIntervalThatNarrows) {
  Board board(plan_with_costs({5, 5, 5, 5, 5, 5}));
  auto width = [&] {
    const auto now = lnn::sweep::forecast(board, Pace(board), 200, 1);
    EXPECT_LT(now->low, now->seconds);
    EXPECT_GT(now->high, now->seconds);
    return now->high / now->low;
  };
  board.started("0", 1, 100);
  board.ended("0", Outcome::completed, "", 110);
  const double first = width();
  board.started("1", 1, 110);
  board.ended("1", Outcome::completed, "", 121);
  EXPECT_LT(width(), first);
}

TEST(Forecast, WidensWithTheScatterOfTrials) {
  auto width = [](double second) {
    Board board(plan_with_costs({5, 5, 5, 5}));
    board.started("0", 1, 100);
    board.ended("0", Outcome::completed, "", 110);
    board.started("1", 1, 110);
    board.ended("1", Outcome::completed, "", 110 + second);
    const auto now = lnn::sweep::forecast(board, Pace(board), 200, 1);
    return now->high / now->low;
  };
  EXPECT_LT(width(11), width(18));
}

TEST(Forecast, CoversAFactorOfThreeWhereOnlyCostsWereCompared) {
  Board board(plan_with_costs({5, 4, 3, 2, 1}));
  const PaceTable earlier{{board.class_name(4), {.seconds = 10}}};
  const auto now = lnn::sweep::forecast(board, Pace(board, earlier), 0, 1);
  EXPECT_GT(now->high / now->seconds, 3) << "four kinds that hang on one comparison do not average out";
  EXPECT_GT(now->seconds / now->low, 3);
}

// 30 s to load the data and train the first epoch, then 2 s each.
TEST(ExtrapolatedSeconds, CountTheStartOnce) {
  Board board(plan_with_costs({5}));
  const auto seconds = [&] { return lnn::sweep::extrapolated_seconds(board.trial("0")); };
  board.started("0", 1, 100);
  EXPECT_FALSE(seconds().has_value());
  board.reported("0", {.epoch = 21, .epochs = 50, .seconds = 3}, 130);
  EXPECT_DOUBLE_EQ(*seconds(), 30 + 49 * 3) << "one epoch: as long as it says";
  board.reported("0", {.epoch = 22, .epochs = 50, .seconds = 1}, 131);
  board.reported("0", {.epoch = 23, .epochs = 50, .seconds = 3}, 134);
  EXPECT_DOUBLE_EQ(*seconds(), 30 + 49 * 2);
  board.started("0", 2, 200);
  EXPECT_FALSE(seconds().has_value());
  board.reported("0", {.epoch = 24, .epochs = 50, .seconds = 0}, 50);
  EXPECT_FALSE(seconds().has_value()) << "the clock was set back";
}

TEST(MeasuredMemory, IsTheMostOfWhatWaitsAndIsKnown) {
  Board board(plan_with_costs({5, 4, 3}));
  PaceTable earlier{{board.class_name(0), {.seconds = 1, .memory = 900}},
                    {board.class_name(1), {.seconds = 1, .memory = 300}}};
  EXPECT_FALSE(lnn::sweep::measured_memory(board, earlier).has_value()) << "one class is unknown";
  earlier[board.class_name(2)] = {.seconds = 1, .memory = 400};
  EXPECT_EQ(lnn::sweep::measured_memory(board, earlier), 900);
  board.started("0", 1, 100);
  board.ended("0", Outcome::completed, "", 110);
  EXPECT_EQ(lnn::sweep::measured_memory(board, earlier), 400) << "what is done needs no memory";
  board.select({"1"});
  EXPECT_EQ(lnn::sweep::measured_memory(board, earlier), 300);
  earlier[board.class_name(1)].memory = 0;
  EXPECT_FALSE(lnn::sweep::measured_memory(board, earlier).has_value());
}

class PaceFile : public testing::Test {
 protected:
  ~PaceFile() override { fs::remove_all(folder_); }
  fs::path folder_ = fs::temp_directory_path() / ("lnn_pace_test_" + std::to_string(getpid()));
  fs::path path_ = folder_ / "below" / "pace.json";
};

TEST_F(PaceFile, AddsToWhatItHolds) {
  const ClassPace one{
      .seconds = 1.5, .trials = 3, .first_checkpoint = 0.5, .memory = 200, .file_bytes = 5000};
  lnn::sweep::write_pace(path_, {{"a", one}, {"b", one}});
  lnn::sweep::write_pace(path_, {{"b", {.seconds = 2, .trials = 1}}});
  const PaceTable table = lnn::sweep::read_pace(path_);
  EXPECT_EQ(table.at("a"), one);
  EXPECT_EQ(table.at("b").seconds, 2);
}

TEST_F(PaceFile, WhatWasExtrapolatedDoesNotReplaceWhatWasMeasured) {
  lnn::sweep::write_pace(path_, {{"a", {.seconds = 5}}, {"b", {.seconds = 5, .trials = 1}}});
  lnn::sweep::write_pace(path_, {{"a", {.seconds = 6}}, {"b", {.seconds = 6}}});
  const PaceTable table = lnn::sweep::read_pace(path_);
  EXPECT_EQ(table.at("a").seconds, 6);
  EXPECT_EQ(table.at("b").seconds, 5);
}

TEST_F(PaceFile, DamageOnlyCostsKnowledge) {
  EXPECT_TRUE(lnn::sweep::read_pace(path_).empty());
  fs::create_directories(path_.parent_path());
  for (const char* text :
       {"", "[", "[]", "{}", R"({"schema_version":7})", R"({"schema_version":1,"classes":3})",
        R"({"schema_version":1,"classes":{"a":{"seconds":-1}}})"}) {
    std::ofstream(path_) << text;
    EXPECT_TRUE(lnn::sweep::read_pace(path_).empty()) << text;
  }
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_TRUE(lnn::sweep::read_pace(path_).empty());
}

TEST(Forecast, IsUnknownBeforeTheFirstMeasurement) {
  Board board(plan_with_costs({1, 1}));
  board.started("0", 1, 100);
  EXPECT_FALSE(lnn::sweep::forecast_seconds(board, 105, 2).has_value());
}

TEST(Forecast, DealsTheRestOutAtTheMeasuredSpeed) {
  // 10 work units took 20 s: 2 s a unit. Two slots: one is a quarter through 8 units (12 s left), the other
  // free. Waiting: 5 units (10 s, on the free slot), then 3 units (6 s, after the 10 s): 16 s.
  Board board(plan_with_costs({10, 8, 5, 3}));
  board.started("0", 1, 100);
  board.ended("0", Outcome::completed, "", 120);
  board.started("1", 1, 116);
  board.reported("1", {.epoch = 1, .epochs = 4}, 120);
  EXPECT_NEAR(lnn::sweep::forecast_seconds(board, 120, 2).value(), 16, 1e-9);
  // Four seconds later and nothing new: the running trial is that much nearer its end.
  EXPECT_NEAR(lnn::sweep::forecast_seconds(board, 124, 1).value(), 8 + 10 + 6, 1e-9);
}

// Ten of twelve epochs come from a checkpoint: one epoch of work took 4 s, and one is left.
TEST(Forecast, MeasuresWhatWasDoneSinceTheCheckpoint) {
  Board board(plan_with_costs({12}));
  board.started("0", 1, 100);
  board.reported("0", {.epoch = 11, .epochs = 12}, 104);
  EXPECT_NEAR(lnn::sweep::forecast_seconds(board, 104, 1).value(), 4, 1e-9);
  // A new start forgets the last one's reports.
  board.started("0", 2, 200);
  board.reported("0", {.epoch = 1, .epochs = 12}, 201);
  EXPECT_NEAR(lnn::sweep::forecast_seconds(board, 201, 1).value(), 11, 1e-9);
}

TEST(Forecast, MeasuresTrialsThatDivergedByTheEpochsTheyHad) {
  Board board(plan_with_costs({10, 10}));
  board.started("0", 1, 100);
  board.reported("0", {.epoch = 1, .epochs = 10}, 102);
  board.reported("0", {.epoch = 2, .epochs = 10}, 104);
  board.ended("0", Outcome::diverged, "NaN", 104);
  EXPECT_NEAR(lnn::sweep::forecast_seconds(board, 104, 1).value(), 20, 1e-9);
}

}  // namespace
