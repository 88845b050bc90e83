#include "sweep/run_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <thread>

#include "base/clock.h"
#include "base/error.h"
#include "base/files.h"
#include "child_process.h"
#include "sweep_fixture.h"

namespace {

namespace fs = std::filesystem;
using lnn::sweep::LockHolder;
using lnn::sweep::RunLock;
using lnn::sweep::RunLockOptions;
using lnn::sweep::RunLockReader;
using lnn::sweep::Shard;
using std::chrono::milliseconds;
using testing::HasSubstr;

/// Both kinds of lock, with patience for milliseconds instead of seconds.
class RunLockTest : public SweepTest, public testing::WithParamInterface<bool> {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    fs::create_directories(run().root);
    if (GetParam()) setenv("LNN_LOCK", "heartbeat", 1);
  }
  void TearDown() override {
    unsetenv("LNN_LOCK");
    SweepTest::TearDown();
  }

  static RunLockOptions options_for(const Shard& shard) {
    RunLockOptions options;
    options.shard = shard;
    options.patience = milliseconds(100);
    options.heartbeat = {
        .every = milliseconds(20), .stale_after = milliseconds(400), .nap = milliseconds(10)};
    return options;
  }

  std::string refusal_of(const Shard& shard) const {
    try {
      RunLock lock(run(), options_for(shard));
    } catch (const lnn::EnvironmentError& error) {
      return error.what();
    }
    return "taken";
  }

  /// A child that holds the lock until it is killed.
  pid_t holder_of(const Shard& shard) const {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    const pid_t child = in_child([&] {
      RunLock lock(run(), options_for(shard));
      EXPECT_EQ(write(ready[1], "x", 1), 1);
      for (;;) pause();
    });
    close(ready[1]);
    char ignored = 0;
    EXPECT_EQ(read(ready[0], &ignored, 1), 1) << "the child has not got the lock";
    close(ready[0]);
    return child;
  }

  static void kill_now(pid_t process) {
    kill(process, SIGKILL);
    EXPECT_EQ(exit_code_of(process), -1);
  }

  std::vector<LockHolder> holders() const { return RunLockReader(run()).holders(); }
};

INSTANTIATE_TEST_SUITE_P(Locks, RunLockTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Heartbeat" : "Kernel"; });

TEST_P(RunLockTest, TellsItsHolderWithoutBeingTaken) {
  EXPECT_TRUE(holders().empty());
  {
    const RunLock lock(run(), options_for({}));
    ASSERT_EQ(holders().size(), 1U);
    EXPECT_EQ(holders()[0].pid, getpid());
    EXPECT_EQ(holders()[0].host, lnn::host_name());
    EXPECT_TRUE(holders()[0].certain);
    EXPECT_TRUE(holders()[0].shard.whole());
  }
  EXPECT_TRUE(fs::exists(run().lock()));
  EXPECT_TRUE(holders().empty());
  EXPECT_EQ(refusal_of({}), "taken");
}

TEST_P(RunLockTest, ASecondSweepIsToldWhoWorksThere) {
  const pid_t other = holder_of({});
  const std::string refusal = refusal_of({});
  EXPECT_THAT(refusal, HasSubstr("process " + std::to_string(other)));
  EXPECT_THAT(refusal, HasSubstr(lnn::host_name()));
  EXPECT_THAT(refusal, HasSubstr("lnn-sweep status"));
  EXPECT_THAT(refusal_of({1, 2}), HasSubstr("process " + std::to_string(other)));
  kill_now(other);
}

TEST_P(RunLockTest, WhatAKilledProcessLeavesLocksNothing) {
  for (const Shard& shard : {Shard{}, Shard{2, 3}}) {
    kill_now(holder_of(shard));
    EXPECT_TRUE(holders().empty());
    EXPECT_EQ(refusal_of({}), "taken");
    EXPECT_EQ(refusal_of({1, 5}), "taken");
  }
}

TEST_P(RunLockTest, PartsOfOneNumberShareARun) {
  const pid_t second = holder_of({2, 3});
  const RunLock first(run(), options_for({1, 3}));
  EXPECT_EQ(refusal_of({3, 3}), "taken");
  EXPECT_THAT(refusal_of({2, 3}), HasSubstr("process " + std::to_string(second)));
  EXPECT_THAT(refusal_of({}), HasSubstr("part "));
  EXPECT_THAT(refusal_of({3, 4}), HasSubstr("in 3 parts, not in 4"));
  const auto both = holders();
  ASSERT_EQ(both.size(), 2U);
  EXPECT_EQ(both[0].shard, (Shard{1, 3}));
  EXPECT_EQ(both[0].pid, getpid());
  EXPECT_EQ(both[1].shard, (Shard{2, 3}));
  EXPECT_EQ(both[1].pid, second);
  kill_now(second);
}

TEST_P(RunLockTest, OfManyAtOnceExactlyOneGetsTheRun) {
  int go[2];
  int stop[2];
  ASSERT_EQ(pipe(go), 0);
  ASSERT_EQ(pipe(stop), 0);
  const auto wait_for_end_of = [](int pipe_end) {
    char ignored = 0;
    EXPECT_EQ(read(pipe_end, &ignored, 1), 0);
  };
  std::vector<pid_t> processes;
  for (int i = 0; i < 6; ++i) {
    processes.push_back(in_child([&] {
      close(go[1]);
      close(stop[1]);
      wait_for_end_of(go[0]);
      const RunLock lock(run(), options_for({}));
      wait_for_end_of(stop[0]);
    }));
  }
  close(go[1]);
  std::size_t losers = 0;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (losers + 1 < processes.size() && std::chrono::steady_clock::now() < deadline) {
    losers += waitpid(-1, nullptr, WNOHANG) > 0 ? 1 : 0;
    std::this_thread::sleep_for(milliseconds(5));
  }
  EXPECT_EQ(losers, processes.size() - 1) << "of those that did not get it all have left";
  close(stop[1]);
  int status = 0;
  EXPECT_GT(waitpid(-1, &status, 0), 0);
  EXPECT_EQ(status, 0) << "the winner";
  close(go[0]);
  close(stop[0]);
}

TEST_P(RunLockTest, GarbageInLockFilesIsNobody) {
  for (const char* garbage : {"", "{", "[1,2]", "{\"host\": 7, \"pid\": \"x\"}", "\x00\xff\xfe{}"}) {
    lnn::write_text_file(run().lock(), garbage);
    lnn::write_text_file(run().lock("1/2"), garbage);
    EXPECT_TRUE(holders().empty());
    EXPECT_EQ(refusal_of({}), "taken");
    EXPECT_EQ(refusal_of({1, 2}), "taken");
  }
}

TEST_P(RunLockTest, AFolderThatCannotBeWrittenIsSaid) {
  const lnn::store::RunDirectory nowhere{folder_ / "missing"};
  EXPECT_THROW(RunLock(nowhere, options_for({})), lnn::EnvironmentError);
  EXPECT_TRUE(RunLockReader(nowhere).holders().empty());
}

class HeartbeatTest : public RunLockTest {
 protected:
  fs::path heartbeat() const { return run().lock().string() + ".heartbeat"; }

  /// What a process on another machine left.
  void leave_foreign_heartbeat() const {
    LockHolder holder = lnn::sweep::this_process({});
    holder.host = "elsewhere";
    holder.machine = "another boot";
    lnn::write_text_file(heartbeat(), to_text(holder) + "1\n");
  }
};

INSTANTIATE_TEST_SUITE_P(Locks, HeartbeatTest, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Heartbeat" : "Kernel"; });

TEST_P(HeartbeatTest, OneOfAnotherMachineThatStandsStillIsTakenOver) {
  leave_foreign_heartbeat();
  testing::internal::CaptureStderr();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal_of({}), "taken");
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(400));
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("elsewhere"));
}

TEST_P(HeartbeatTest, OneOfAnotherMachineThatBeatsIsRespected) {
  leave_foreign_heartbeat();
  const pid_t beater = in_child([&] {
    for (int beat = 2;; ++beat) {
      std::this_thread::sleep_for(milliseconds(100));
      std::ofstream(heartbeat(), std::ios::app) << beat;
    }
  });
  testing::internal::CaptureStderr();
  EXPECT_THAT(refusal_of({}), HasSubstr("elsewhere"));
  EXPECT_THAT(refusal_of({1, 2}), HasSubstr("elsewhere"));
  testing::internal::GetCapturedStderr();
  kill_now(beater);
}

TEST_P(HeartbeatTest, GarbageIsTakenOverWhenItStandsStill) {
  lnn::write_text_file(heartbeat(), "garbage");
  testing::internal::CaptureStderr();
  EXPECT_EQ(refusal_of({}), "taken");
  testing::internal::GetCapturedStderr();
}

TEST_P(HeartbeatTest, OneOfAReusedProcessNumberIsDead) {
  LockHolder holder = lnn::sweep::this_process({});
  ++holder.process_start;
  lnn::write_text_file(heartbeat(), to_text(holder) + "1\n");
  EXPECT_TRUE(holders().empty());
  EXPECT_EQ(refusal_of({}), "taken");
}

TEST_P(HeartbeatTest, AReaderIsUnsureUntilItHasWatched) {
  leave_foreign_heartbeat();
  RunLockReader reader(run(), options_for({}).heartbeat);
  ASSERT_EQ(reader.holders().size(), 1U);
  EXPECT_FALSE(reader.holders()[0].certain);
  std::ofstream(heartbeat(), std::ios::app) << "2\n";
  EXPECT_TRUE(reader.holders()[0].certain);
  std::this_thread::sleep_for(milliseconds(450));
  EXPECT_TRUE(reader.holders().empty());
  EXPECT_TRUE(fs::exists(heartbeat())) << "a reader removes nothing";
}

class LostHeartbeatTest : public HeartbeatTest {
 protected:
  /// Within seconds, however busy the machine is.
  template <class Condition>
  static bool comes_true(Condition condition) {
    for (int i = 0; i < 1000; ++i) {
      if (condition()) return true;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return false;
  }
};

INSTANTIATE_TEST_SUITE_P(Locks, LostHeartbeatTest, testing::Values(true));

TEST_P(LostHeartbeatTest, TheOneWhoTookOverKeepsItsFile) {
  {
    RunLock lock(run(), options_for({}));
    leave_foreign_heartbeat();
  }
  EXPECT_THAT(lnn::read_text_file(heartbeat()), HasSubstr("elsewhere"));
}

TEST_P(LostHeartbeatTest, BeatsAreSeenAndALostLockIsNoticed) {
  RunLock lock(run(), options_for({}));
  const std::string before = lnn::read_text_file(heartbeat());
  EXPECT_TRUE(comes_true([&] { return lnn::read_text_file(heartbeat()) != before; }));
  EXPECT_NO_THROW(lock.beat());
  leave_foreign_heartbeat();
  EXPECT_TRUE(comes_true([&] {
    try {
      lock.beat();
    } catch (const lnn::EnvironmentError&) {
      return true;
    }
    return false;
  }));
}

TEST_P(LostHeartbeatTest, AnotherKindOfLockIsUnknown) {
  setenv("LNN_LOCK", "padlock", 1);
  EXPECT_THROW(RunLock(run(), options_for({})), lnn::UserError);
}

}  // namespace
