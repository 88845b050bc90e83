#include "sweep/board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace {

using lnn::store::Outcome;
using lnn::sweep::Board;
using lnn::sweep::TrialState;

lnn::experiment::Plan plan_with_costs(const std::vector<double>& costs) {
  lnn::experiment::Plan plan;
  for (std::size_t k = 0; k < costs.size(); ++k) plan.trials.push_back({std::to_string(k), {}, costs[k], {}});
  return plan;
}

lnn::store::RunContents with_record(const std::string& id, Outcome outcome, int attempts) {
  lnn::store::RunContents contents;
  contents.records[id].id = id;
  contents.records[id].outcome = outcome;
  contents.records[id].attempts = attempts;
  return contents;
}

std::optional<TrialState> state_after_retry(Outcome outcome, int attempts, lnn::sweep::RetryPolicy policy) {
  Board board(plan_with_costs({1}), with_record("0", outcome, attempts));
  board.retry(policy);
  return board.trial("0").state;
}

TEST(Board, HandsOutTrialsInPlanOrder) {
  Board board(plan_with_costs({3, 2}));
  EXPECT_EQ(board.next(1).front()->id, "0");
  board.started("0", 1, 100);
  EXPECT_EQ(board.next(1).front()->id, "1");
  board.started("1", 1, 100);
  EXPECT_TRUE(board.next(1).empty());
  EXPECT_EQ(board.totals().running, 2);
}

TEST(Board, AnInterruptedTrialWaitsAgainAndItsStartDoesNotCount) {
  Board board(plan_with_costs({1}));
  board.started("0", 1, 100);
  board.ended("0", Outcome::interrupted, "stopped", 101);
  EXPECT_EQ(board.next(1).front()->id, "0");
  EXPECT_EQ(board.next(1).front()->attempts, 0);
}

TEST(Board, KeepsResultsWhateverThePolicy) {
  for (const Outcome outcome : {Outcome::completed, Outcome::diverged}) {
    EXPECT_EQ(state_after_retry(outcome, 1, {3, true}), TrialState::finished);
  }
}

TEST(Board, RetriesWhatFailedUpToTheLimit) {
  for (const Outcome outcome : {Outcome::crashed, Outcome::failed, Outcome::timed_out}) {
    EXPECT_EQ(state_after_retry(outcome, 2, {3, false}), TrialState::waiting);
    EXPECT_EQ(state_after_retry(outcome, 3, {3, false}), TrialState::finished);
    EXPECT_EQ(state_after_retry(outcome, 3, {3, true}), TrialState::waiting);
  }
  EXPECT_EQ(state_after_retry(Outcome::interrupted, 9, {3, false}), TrialState::waiting);
}

TEST(Board, CountsOnlySelectedTrials) {
  Board board(plan_with_costs({1, 1, 1}));
  board.select({"1"});
  EXPECT_EQ(board.next(1).front()->id, "1");
  EXPECT_EQ(board.totals().trials, 1);
}

std::vector<std::string> ids_of(const std::vector<const lnn::sweep::TrialStatus*>& pack) {
  std::vector<std::string> ids;
  for (const auto* trial : pack) ids.push_back(trial->id);
  return ids;
}

TEST(Board, PacksTrialsOfOneShapeThatHaveNeverBeenStarted) {
  auto plan = plan_with_costs({1, 1, 1, 1, 1});
  for (const std::size_t k : {0U, 2U, 3U, 4U}) plan.trials[k].pack = "width=64";
  Board board(plan);
  EXPECT_EQ(board.companions(*board.next(1).front()), 4);
  EXPECT_EQ(ids_of(board.next(3)), (std::vector<std::string>{"0", "2", "3"}));
  board.started("0", 1, 1);
  board.ended("0", Outcome::crashed, "its pack died", 2, true);
  EXPECT_EQ(ids_of(board.next(3)), (std::vector<std::string>{"0"}));
  board.started("0", 2, 3);
  EXPECT_EQ(ids_of(board.next(3)), (std::vector<std::string>{"1"}));
  board.started("1", 1, 3);
  EXPECT_EQ(ids_of(board.next(9)), (std::vector<std::string>{"2", "3", "4"}));
}

TEST(Board, PacksContinueFromCheckpointsOfOneEpoch) {
  auto plan = plan_with_costs({1, 1, 1, 1});
  for (auto& trial : plan.trials) trial.pack = "width=64";
  Board board(plan);
  board.saved({{"0", 12}, {"2", 12}, {"3", 11}, {"gone", 12}});
  EXPECT_EQ(ids_of(board.next(4)), (std::vector<std::string>{"0", "2"}));
  EXPECT_EQ(board.companions(*board.next(1).front()), 2);
  board.started("0", 1, 1);
  board.started("2", 1, 1);
  EXPECT_EQ(ids_of(board.next(4)), (std::vector<std::string>{"1"}));
}

TEST(Board, ADivergedTrialIsAResultAndACrashIsNot) {
  Board board(plan_with_costs({1, 1}));
  board.started("0", 1, 1);
  board.ended("0", Outcome::diverged, "NaN", 2);
  EXPECT_EQ(board.totals().without_result(), 0);
  EXPECT_EQ(board.totals().not_completed(), 1);
  board.started("1", 1, 1);
  board.ended("1", Outcome::crashed, "SIGSEGV", 2);
  EXPECT_EQ(board.totals().without_result(), 1);
  EXPECT_EQ(board.totals().not_completed(), 2);
  EXPECT_EQ(board.totals().done(), 2);
}

TEST(Board, IgnoresTrialsOfAnOlderPlan) {
  Board board(plan_with_costs({1}));
  board.started("gone", 1, 1);
  board.reported("gone", {}, 1);
  board.ended("gone", Outcome::crashed, "", 1);
  EXPECT_EQ(board.totals().waiting, 1);
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
