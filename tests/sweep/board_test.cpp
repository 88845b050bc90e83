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
  for (std::size_t k = 0; k < costs.size(); ++k) plan.trials.push_back({std::to_string(k), costs[k], {}});
  return plan;
}

lnn::store::TrialOutcomes with_record(const std::string& id, Outcome outcome, int attempts) {
  lnn::store::TrialOutcomes outcomes;
  outcomes.ended[id].id = id;
  outcomes.ended[id].outcome = outcome;
  outcomes.ended[id].attempts = attempts;
  return outcomes;
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
  for (const Outcome outcome : {Outcome::crashed, Outcome::failed, Outcome::timed_out, Outcome::hung}) {
    EXPECT_EQ(state_after_retry(outcome, 2, {2, false}), TrialState::waiting);
    EXPECT_EQ(state_after_retry(outcome, 3, {2, false}), TrialState::finished);
    EXPECT_EQ(state_after_retry(outcome, 3, {2, true}), TrialState::waiting);
  }
  EXPECT_EQ(state_after_retry(Outcome::interrupted, 9, {2, false}), TrialState::waiting);
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
  EXPECT_EQ(ids_of(board.next(9)), (std::vector<std::string>{"2", "3", "4"}));
  for (const char* id : {"2", "3", "4"}) board.started(id, 1, 3);
  EXPECT_EQ(ids_of(board.next(3)), (std::vector<std::string>{"1"}));
  board.started("1", 1, 3);
  EXPECT_EQ(ids_of(board.next(3)), (std::vector<std::string>{"0"})) << "what has failed comes last and alone";
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
  EXPECT_EQ(ids_of(board.next(4)), (std::vector<std::string>{"3"}));
  board.started("3", 1, 1);
  EXPECT_EQ(ids_of(board.next(4)), (std::vector<std::string>{"1"}));
}

TEST(Board, StartsTheLongestFirstAsMeasured) {
  Board board(plan_with_costs({3, 2}));
  board.expect({10, 20});
  EXPECT_EQ(board.next(1).front()->id, "1");
}

TEST(Board, ClassesWhoseTrialsMayNotStartAreSkipped) {
  Board board(plan_with_costs({3, 2}));
  const auto cheap = [](const lnn::sweep::TrialStatus& trial) { return trial.cost < 2.5; };
  EXPECT_EQ(board.next(1, cheap).front()->id, "1");
  board.started("1", 1, 1);
  EXPECT_TRUE(board.next(1, cheap).empty());
}

TEST(Board, WhatHasACheckpointComesFirstInItsClass) {
  Board board(plan_with_costs({1, 1, 1}));
  board.saved({{"1", 5}});
  EXPECT_EQ(board.next(1).front()->id, "1");
}

TEST(Board, APartHasItsOwnTrials) {
  Board board(plan_with_costs({5, 4, 3, 2}));
  board.select({}, {2, 2});
  EXPECT_EQ(board.totals().trials, 2);
  EXPECT_EQ(board.next(1).front()->id, "1");
}

TEST(Retry, OnlyWhatAnotherStartMayChange) {
  using lnn::sweep::is_worth_a_retry;
  using lnn::sweep::TrialEnd;
  for (const Outcome outcome : {Outcome::crashed, Outcome::failed, Outcome::hung, Outcome::out_of_memory})
    EXPECT_TRUE(is_worth_a_retry(TrialEnd{.outcome = outcome}));
  for (const Outcome outcome :
       {Outcome::completed, Outcome::diverged, Outcome::timed_out, Outcome::interrupted})
    EXPECT_FALSE(is_worth_a_retry(TrialEnd{.outcome = outcome}));
  EXPECT_FALSE(is_worth_a_retry(TrialEnd{.outcome = Outcome::failed, .hopeless = true}));
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

}  // namespace
