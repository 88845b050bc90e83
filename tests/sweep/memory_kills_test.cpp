#include "sweep/memory_kills.h"

#include <gtest/gtest.h>

#include <thread>

#include "sweep_fixture.h"

namespace {

using lnn::sweep::MemoryKills;
using std::chrono::milliseconds;

class MemoryKillsTest : public SweepTest {
 protected:
  void counts(int group, int machine) const {
    lnn::write_text_file(folder_ / "events",
                         "oom 7\noom_kill " + std::to_string(group) + "\noom_group_kill 0\n");
    lnn::write_text_file(folder_ / "vmstat", "pgfault 12\noom_kill " + std::to_string(machine) + "\n");
  }
  MemoryKills watch(milliseconds period = milliseconds(10000)) const {
    return MemoryKills({{folder_ / "events", "oom_kill", "the group was full"},
                        {folder_ / "vmstat", "oom_kill", "the machine was full"}},
                       period);
  }
};

TEST_F(MemoryKillsTest, OldOnesProveNothing) {
  counts(3, 5);
  EXPECT_EQ(watch().recent(), std::nullopt);
}

TEST_F(MemoryKillsTest, TheNearestCauseCounts) {
  counts(3, 5);
  const MemoryKills kills = watch();
  counts(3, 6);
  EXPECT_EQ(kills.recent(), "the machine was full");
  counts(4, 6);
  EXPECT_EQ(kills.recent(), "the group was full");
}

TEST_F(MemoryKillsTest, TheyAreForgottenAfterTwoPeriodsButNotAfterOne) {
  counts(3, 5);
  MemoryKills kills = watch(milliseconds(20));
  counts(4, 5);
  std::this_thread::sleep_for(milliseconds(25));
  kills.look();
  EXPECT_TRUE(kills.recent()) << "it may have happened just before the look";
  std::this_thread::sleep_for(milliseconds(25));
  kills.look();
  EXPECT_EQ(kills.recent(), std::nullopt);
}

TEST_F(MemoryKillsTest, WhereNothingIsCountedNothingIsProven) {
  EXPECT_EQ(watch().recent(), std::nullopt);
  EXPECT_EQ(MemoryKills().recent(), std::nullopt) << "this machine, just now";
}

}  // namespace
