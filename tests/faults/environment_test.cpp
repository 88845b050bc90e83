// The world around a sweep breaks: disks fill up or become read-only, the folder disappears, the clock jumps,
// dead sweeps leave their locks. Each must give a clear error and lose nothing.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <optional>

#include "arena.h"
#include "base/clock.h"
#include "base/files.h"
#include "store/trial_file.h"

namespace lnn::faults {
namespace {

using testing::HasSubstr;

class Environment : public testing::Test {
 protected:
  static Scenery scenery() { return {.epochs = 200, .seeds = 2}; }

  static void SetUpTestSuite() {
    Arena arena(scenery());
    const Finished finished = arena.finish(alone, arena.run_words());
    ASSERT_EQ(finished.code, 0) << finished.output;
    reference_.emplace(arena.run());
  }

  void expect_to_finish(int ranks = alone) {
    const Finished finished = arena_.finish(ranks, arena_.run_words());
    EXPECT_EQ(finished.code, 0) << finished.output;
    EXPECT_EQ(reference_->differences(arena_.run()), "");
    EXPECT_THAT(temporaries(arena_.run()), testing::IsEmpty());
  }

  void expect_only_right_files() {
    for (const auto& [path, content] : completed_files(arena_.run())) {
      EXPECT_EQ(reference_->difference(store::read_trial(path)), "");
    }
  }

  bool any_trial_trains() const {
    std::error_code none;
    return fs::exists(arena_.run().checkpoints(), none) && !fs::is_empty(arena_.run().checkpoints(), none);
  }

  static inline std::optional<Reference> reference_;
  Arena arena_{scenery()};
};

/// A mount that ends with its scope.
class Mount {
 public:
  Mount(const char* type, const fs::path& target, const std::string& options) : target_(target) {
    fs::create_directories(target);
    works_ = mount("faults", target.c_str(), type, 0, options.c_str()) == 0;
  }
  ~Mount() {
    if (works_) umount2(target_.c_str(), MNT_DETACH);
  }
  Mount(const Mount&) = delete;
  Mount& operator=(const Mount&) = delete;

  bool works() const { return works_; }
  bool change(unsigned long flags, const std::string& options = "") const {
    return mount(nullptr, target_.c_str(), nullptr, MS_REMOUNT | flags, options.c_str()) == 0;
  }

 private:
  fs::path target_;
  bool works_ = false;
};

TEST_F(Environment, AFullDiskIsNamedAndLosesNothing) {
  const fs::path disk = arena_.folder() / "disk";
  for (int i = 0; i < count(2, 25) && !HasFailure(); ++i) {
    const int kilobytes = 4 * roll(2, 150);
    const Mount mounted("tmpfs", disk, fmt::format("size={}k", kilobytes));
    if (!mounted.works()) GTEST_SKIP() << "cannot mount a small disk (" << std::strerror(errno) << ")";
    arena_.use(disk / "run");
    const Finished full = arena_.finish(i % 2 == 0 ? alone : 3, arena_.run_words());
    EXPECT_EQ(full.code, 3) << kilobytes << " KiB: " << full.output;
    EXPECT_THAT(full.output, HasSubstr("No space left")) << kilobytes << " KiB";
    expect_only_right_files();
    EXPECT_THAT((std::vector{0, 1, 2, 3}),
                testing::Contains(arena_.finish(alone, {"status", disk / "run"}).code));
    ASSERT_TRUE(mounted.change(0, "size=20m"));
    expect_to_finish();
    EXPECT_TRUE(becomes_true([&] { return arena_.nobody_runs(); }, 5));
    tally("full disks", HasFailure() ? 0 : 1);
  }
}

TEST_F(Environment, AReadOnlyFolderIsNamed) {
  const fs::path disk = arena_.folder() / "disk";
  const Mount mounted("tmpfs", disk, "size=20m");
  if (!mounted.works()) GTEST_SKIP() << "cannot mount a disk (" << std::strerror(errno) << ")";
  arena_.use(disk / "run");
  ASSERT_TRUE(mounted.change(MS_RDONLY));
  for (const int ranks : {alone, 3}) {
    const Finished refused = arena_.finish(ranks, arena_.run_words());
    EXPECT_EQ(refused.code, 3) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr("Read-only")) << ranks;
    tally("read-only folders", HasFailure() ? 0 : 1);
  }
  ASSERT_TRUE(mounted.change(0));
  expect_to_finish();
  // A finished run can be looked at where nothing can be written.
  ASSERT_TRUE(mounted.change(MS_RDONLY));
  EXPECT_EQ(arena_.finish(alone, {"status", disk / "run"}).code, 0);
  EXPECT_EQ(arena_.finish(alone, {"table", disk / "run"}).code, 0);
  const Finished refused = arena_.finish(alone, arena_.run_words());
  EXPECT_EQ(refused.code, 3) << refused.output;
  ASSERT_TRUE(mounted.change(0));
}

TEST_F(Environment, AFolderThatDisappearsEndsTheSweepClearly) {
  for (int i = 0; i < count(2, 20) && !HasFailure(); ++i) {
    const auto sweep = arena_.launch(i % 2 == 0 ? alone : 3, arena_.run_words());
    sleep_seconds(roll_seconds(0.1, 2));
    std::error_code in_use;
    const bool removed = i % 4 < 2;
    if (removed) {
      fs::remove_all(arena_.run().root, in_use);
    } else {
      fs::rename(arena_.run().root, arena_.folder() / fmt::format("elsewhere{}", i), in_use);
    }
    const Finished finished = sweep->wait(30);
    EXPECT_THAT((std::vector{0, 1, 3}), testing::Contains(finished.code)) << finished.output;
    EXPECT_TRUE(becomes_true([&] { return arena_.nobody_runs(); }, 5));
    fs::remove_all(arena_.run().root);
    expect_to_finish();
    fs::remove_all(arena_.run().root);
    tally("folders that disappeared", HasFailure() ? 0 : 1);
  }
}

TEST_F(Environment, AJumpOfTheClockChangesNothing) {
  constexpr int hour = 3600;
  for (int i = 0; i < count(1, 12) && !HasFailure(); ++i) {
    const std::array jumps{-hour, hour, -20 * 365 * 24 * hour, 3 * 365 * 24 * hour};
    arena_.variables["LD_PRELOAD"] = LNN_CLOCK_JUMP_LIBRARY;
    arena_.variables["LNN_CLOCK_JUMP"] = std::to_string(jumps[static_cast<std::size_t>(i) % jumps.size()]);
    arena_.variables["LNN_CLOCK_AFTER"] = std::to_string(roll_seconds(0, 1));
    expect_to_finish(i % 3 == 2 ? 3 : alone);
    for (const auto& [path, content] : completed_files(arena_.run())) {
      const double seconds = store::read_trial(path).metrics.at("seconds").value;
      EXPECT_GE(seconds, 0);
      EXPECT_LT(seconds, 60);
    }
    EXPECT_EQ(arena_.finish(alone, {"status", arena_.run().root}).code, 0);
    arena_.variables.erase("LD_PRELOAD");
    EXPECT_EQ(arena_.finish(alone, {"status", arena_.run().root}).code, 0);
    fs::remove_all(arena_.run().root);
    tally("clock jumps", HasFailure() ? 0 : 1);
  }
}

TEST_F(Environment, LocksOfTheDeadLockNothing) {
  // Nobody has this process number: Linux ends at 4194304.
  const std::string dead = R"("pid":4194305,"start":"2026-01-01T00:00:00Z"})";
  const std::vector<std::string> texts{R"({"host":")" + host_name() + R"(",)" + dead,
                                       R"({"host":"elsewhere",)" + dead,
                                       "",
                                       "not JSON",
                                       R"({"host":5,"pid":"x"})",
                                       std::string(100000, '['),
                                       std::string(4096, '\0')};
  for (const std::string& text : texts) {
    for (const char* name : {"lock", "lock.shard-0-of-2"}) {
      fs::create_directories(arena_.run().root);
      write_text_file(arena_.run().root / "lock", text);
      write_text_file(arena_.run().root / name, text);
      expect_to_finish();
      tally("stale locks", HasFailure() ? 0 : 1);
    }
  }
}

// The machine that wrote it may be dead or only unreachable: 40 s without a sign of life decide.
TEST_F(Environment, AHeartbeatFromElsewhereThatStandsStillIsTakenOver) {
  if (!full_form()) GTEST_SKIP() << "waits for 40 s: in the full form only";
  arena_.variables["LNN_LOCK"] = "heartbeat";
  expect_to_finish();
  write_text_file(arena_.run().root / "lock.heartbeat",
                  R"({"host":"elsewhere","pid":1,"start":"2026-01-01T00:00:00Z","machine":"another"})");
  expect_to_finish();
  write_text_file(arena_.run().root / "lock.heartbeat", "");
  expect_to_finish();
  tally("stale locks", HasFailure() ? 0 : 2);
}

TEST_F(Environment, ALivingSweepKeepsItsFolderEvenWhenItIsFrozen) {
  const auto first = arena_.launch(alone, arena_.run_words());
  ASSERT_TRUE(becomes_true([&] { return any_trial_trains(); }, 20));
  first->signal(SIGSTOP);
  const Finished second = arena_.finish(alone, arena_.run_words());
  EXPECT_EQ(second.code, 3) << second.output;
  EXPECT_THAT(second.output, HasSubstr(std::to_string(first->pid())));
  first->signal(SIGCONT);
  EXPECT_EQ(first->wait(60).code, 0);
  EXPECT_EQ(reference_->differences(arena_.run()), "");
}

}  // namespace
}  // namespace lnn::faults
