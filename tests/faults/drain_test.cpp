// Draining: after SIGUSR1, an interrupt or near a time limit every running trial is saved, the sweep leaves
// with 75, and the same command goes on to the numbers of an undisturbed run.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <optional>

#include "arena.h"
#include "base/files.h"
#include "store/checkpoint_file.h"

namespace lnn::faults {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

class Drain : public testing::TestWithParam<int> {
 protected:
  static Scenery scenery() { return {.epochs = 2000, .seeds = 1}; }

  static void SetUpTestSuite() {
    Arena arena(scenery());
    const Finished finished = arena.finish(alone, arena.run_words());
    ASSERT_EQ(finished.code, 0) << finished.output;
    reference_.emplace(arena.run());
  }

  // What is there after the drain was then saved by it.
  Words rarely_saved(const Words& more = {}) {
    arena_.checkpoint_every = 1000;
    Words words = arena_.run_words(more);
    arena_.checkpoint_every = 0;
    return words;
  }

  bool trains() const {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(arena_.run().root, none)) {
      if (entry.path().filename() != "events.jsonl") continue;
      return read_text_file(entry.path()).find(R"("event":"epoch")") != std::string::npos;
    }
    return false;
  }

  int saved() const {
    int files = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(arena_.run().checkpoints(), none)) {
      EXPECT_GT(store::read_checkpoint(entry.path()).epochs(), 0);
      ++files;
    }
    return files;
  }

  void expect_to_continue() {
    const Finished finished = arena_.finish(GetParam(), arena_.run_words());
    EXPECT_EQ(finished.code, 0) << finished.output;
    EXPECT_EQ(reference_->differences(arena_.run()), "");
    EXPECT_TRUE(fs::is_empty(arena_.run().checkpoints()));
  }

  static inline std::optional<Reference> reference_;
  Arena arena_{scenery()};
};

TEST_P(Drain, SavesEveryTrialWithinFiveSeconds) {
  for (int i = 0; i < count(1, 8) && !HasFailure(); ++i) {
    fs::remove_all(arena_.run().root);
    const auto sweep = arena_.launch(GetParam(), rarely_saved());
    ASSERT_TRUE(becomes_true([&] { return trains(); }, 30));
    sleep_seconds(roll_seconds(0, 0.3));
    const auto start = Clock::now();
    sweep->signal(SIGUSR1);
    const Finished finished = sweep->wait();
    const double seconds = seconds_since(start);
    EXPECT_EQ(finished.code, 75) << finished.output;
    EXPECT_LT(seconds, 5);
    EXPECT_GT(saved(), 0);
    EXPECT_TRUE(becomes_true([&] { return arena_.nobody_runs(); }, 2));
    tally_largest("longest drain [s]", seconds);
    expect_to_continue();
    tally("drains that were continued bitwise right", HasFailure() ? 0 : 1);
  }
}

TEST_P(Drain, LeavesBeforeItsTimeLimit) {
  Arena endless({.epochs = 1000000, .seeds = 1});
  endless.checkpoint_every = 1000;
  const auto start = Clock::now();
  const Finished finished = endless.finish(GetParam(), endless.run_words({"--time-limit", "4"}));
  const double seconds = seconds_since(start);
  EXPECT_EQ(finished.code, 75) << finished.output;
  // mpirun needs a moment before the sweep begins and after it has ended.
  EXPECT_LT(seconds, GetParam() == alone ? 4.5 : 7);
  EXPECT_FALSE(fs::is_empty(endless.run().checkpoints()));
  tally_largest("longest run with --time-limit 4 [s]", seconds);
}

INSTANTIATE_TEST_SUITE_P(Ranks, Drain, testing::Values(alone, 3), [](const auto& ranks) {
  return ranks.param == alone ? std::string("alone") : "mpirun" + std::to_string(ranks.param);
});

using Interrupts = Drain;
INSTANTIATE_TEST_SUITE_P(Alone, Interrupts, testing::Values(alone));

TEST_P(Interrupts, TheSecondOneEndsAtOnce) {
  const auto sweep = arena_.launch(alone, rarely_saved());
  ASSERT_TRUE(becomes_true([&] { return trains(); }, 30));
  sweep->signal(SIGINT);
  sweep->signal(SIGINT);
  const auto start = Clock::now();
  EXPECT_THAT((std::vector{75, 130}), testing::Contains(sweep->wait().code));
  EXPECT_LT(seconds_since(start), 1.5);
  expect_to_continue();
}

}  // namespace
}  // namespace lnn::faults
