// A sweep is killed at random moments, again and again: its trials, its ranks, its master, mpirun,
// everything. The same command must bring it to the end with the numbers of an undisturbed one, and lose
// nothing on the way.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <optional>

#include "arena.h"

namespace lnn::faults {
namespace {

enum class Victim { trial, worker, master, mpirun, mpirun_and_master, everything };

struct Choice {
  Victim victim;
  const char* name;
  int weight;
  bool needs_mpi;
};

constexpr std::array choices{Choice{Victim::trial, "trial process", 7, false},
                             Choice{Victim::worker, "worker rank", 3, true},
                             Choice{Victim::master, "master", 3, false},
                             Choice{Victim::mpirun, "mpirun", 3, true},
                             Choice{Victim::mpirun_and_master, "mpirun and master", 2, true},
                             Choice{Victim::everything, "everything at once", 2, false}};

const Choice& choose(bool mpi) {
  std::vector<double> weights;
  for (const Choice& choice : choices) weights.push_back(mpi || !choice.needs_mpi ? choice.weight : 0);
  return choices[std::discrete_distribution<std::size_t>(weights.begin(), weights.end())(dice())];
}

bool is_hit(Victim victim, Role role) {
  switch (victim) {
    case Victim::trial:
      return role == Role::trial;
    case Victim::worker:
      return role == Role::worker;
    case Victim::master:
      return role == Role::master;
    case Victim::mpirun:
      return role == Role::mpirun;
    case Victim::mpirun_and_master:
      return role == Role::mpirun || role == Role::master;
    case Victim::everything:
      return true;
  }
  return false;
}

bool only_one(Victim victim) {
  return victim == Victim::trial || victim == Victim::worker;
}

class KillStorm : public testing::TestWithParam<int> {
 protected:
  static Scenery scenery() { return {.epochs = count(300, 600), .seeds = 2}; }

  static void SetUpTestSuite() {
    Arena arena(scenery());
    const Finished finished = arena.finish(alone, arena.run_words());
    ASSERT_EQ(finished.code, 0) << finished.output;
    reference_.emplace(arena.run());
    table_ = table_of(arena);
    ASSERT_EQ(reference_->records().size(), 6U);
  }

  /// Returns whether somebody of that kind was there to be killed.
  bool strike(const Choice& choice) {
    auto hit = arena_.runners();
    std::erase_if(hit, [&](const Runner& runner) { return !is_hit(choice.victim, runner.role); });
    if (hit.empty()) return false;
    std::ranges::shuffle(hit, dice());
    if (only_one(choice.victim)) hit.resize(1);
    for (const Runner& runner : hit) kill(runner.pid, SIGKILL);
    tally(fmt::format("kills: {}", choice.name));
    tally("kills");
    return true;
  }

  /// One life of the sweep. Returns the kills it met; its code must be 0 when it was not killed itself.
  int live(int kills) {
    const auto sweep = arena_.launch(GetParam(), arena_.run_words());
    int met = 0;
    bool fatal = false;
    while (met < kills && !fatal && !ended(*sweep)) {
      sleep_seconds(roll_seconds(0.02, 1.2));
      const Choice& choice = choose(GetParam() != alone);
      if (!strike(choice)) continue;
      ++met;
      fatal = choice.victim != Victim::trial;
      keep_finished_trials();
    }
    conclude(*sweep, fatal);
    return met;
  }

  static bool ended(Launched& sweep) { return sweep.wait(0).code != -1; }

  void conclude(Launched& sweep, bool killed) {
    const Finished finished = sweep.wait(60);
    const std::vector<int> allowed = killed ? std::vector{0, 137} : std::vector{0};
    EXPECT_THAT(allowed, testing::Contains(finished.code)) << finished.output;
    done_ = finished.code == 0;
    // Now and then the next one starts while ranks of a killed mpirun are still alive.
    if (roll(0, 1) == 0) {
      EXPECT_TRUE(becomes_true([&] { return arena_.nobody_runs(); }, 5)) << "left behind";
    }
    keep_finished_trials();
  }

  /// Once there, a completed trial stays, byte for byte.
  void keep_finished_trials() {
    const auto files = completed_files(arena_.run());
    for (const auto& [path, content] : finished_) {
      const auto now = files.find(path);
      const bool kept = now != files.end() && now->second == content;
      if (!kept) tally("finished trials lost");
      EXPECT_TRUE(kept) << path;
    }
    finished_ = files;
  }

  void expect_an_undisturbed_run() {
    EXPECT_TRUE(becomes_true([&] { return arena_.nobody_runs(); }, 5)) << "left behind";
    EXPECT_EQ(reference_->differences(arena_.run()), "");
    EXPECT_EQ(table_of(arena_), table_);
    // What a killed trial left half-written is removed by the next start.
    EXPECT_EQ(arena_.finish(GetParam(), arena_.run_words()).code, 0);
    EXPECT_THAT(temporaries(arena_.run()), testing::IsEmpty());
    tally("trials that ended bitwise right", HasFailure() ? 0 : static_cast<double>(finished_.size()));
    tally("disturbed sweeps that ended bitwise right", HasFailure() ? 0 : 1);
  }

  void begin_anew() {
    fs::remove_all(arena_.run().root);
    finished_.clear();
    done_ = false;
  }

  void storm(int kills) {
    int left = kills;
    while (left > 0 && !HasFailure()) {
      begin_anew();
      while (left > 0 && !done_ && !HasFailure()) left -= live(left);
      while (!done_ && !HasFailure()) live(0);
      expect_an_undisturbed_run();
    }
    tally("finished trials lost", 0);
  }

  static inline std::optional<Reference> reference_;
  static inline std::string table_;
  Arena arena_{scenery()};
  std::map<std::string, std::string> finished_;
  bool done_ = false;
};

TEST_P(KillStorm, LosesNothing) {
  storm(count(4, 65));
}

// 8 ranks are more workers than trials.
INSTANTIATE_TEST_SUITE_P(Ranks, KillStorm, testing::Values(alone, 1, 2, 3, 8), [](const auto& ranks) {
  return ranks.param == alone ? std::string("alone") : "mpirun" + std::to_string(ranks.param);
});

/// As on a file system without locks.
using StormWithoutLocks = KillStorm;
INSTANTIATE_TEST_SUITE_P(Ranks, StormWithoutLocks, testing::Values(alone, 3));

TEST_P(StormWithoutLocks, LosesNothing) {
  arena_.variables["LNN_LOCK"] = "heartbeat";
  storm(count(2, 30));
}

}  // namespace
}  // namespace lnn::faults
