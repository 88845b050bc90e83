#include "sweep/shard.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "base/error.h"

namespace {

using lnn::sweep::parse_shard;
using lnn::sweep::Shard;

TEST(Shard, PartsAreDisjointCompleteAndBalanced) {
  constexpr int parts = 3;
  std::vector<double> cost(parts, 0);
  for (std::size_t position = 0; position < 30; ++position) {
    int owners = 0;
    for (int k = 1; k <= parts; ++k) {
      if (!Shard{k, parts}.contains(position)) continue;
      ++owners;
      cost[static_cast<std::size_t>(k - 1)] += 100 - static_cast<double>(position);
    }
    EXPECT_EQ(owners, 1);
  }
  for (const double sum : cost) EXPECT_NEAR(sum, (cost[0] + cost[1] + cost[2]) / parts, 2);
}

TEST(Shard, TheWholeHasEverything) {
  const Shard whole;
  EXPECT_TRUE(whole.whole());
  EXPECT_TRUE(whole.contains(0));
  EXPECT_TRUE(whole.contains(17));
}

TEST(Shard, ReadsItsText) {
  EXPECT_EQ(parse_shard("2/5", "--shard"), (Shard{2, 5}));
  EXPECT_EQ(parse_shard("2/5", "--shard").text(), "2/5");
  for (const char* wrong : {"", "2", "0/5", "6/5", "-1/5", "a/b", "2/5/6", "2/", "/5", "2 /5"}) {
    EXPECT_THROW(parse_shard(wrong, "--shard"), lnn::UserError) << wrong;
  }
}

TEST(Shard, ArrayTasksMayStartAnywhereWithAnyStep) {
  setenv("SLURM_ARRAY_TASK_ID", "14", 1);
  setenv("SLURM_ARRAY_TASK_MIN", "10", 1);
  setenv("SLURM_ARRAY_TASK_STEP", "2", 1);
  setenv("SLURM_ARRAY_TASK_COUNT", "4", 1);
  EXPECT_EQ(lnn::sweep::shard_of_array_task(), (Shard{3, 4}));
  unsetenv("SLURM_ARRAY_TASK_ID");
  EXPECT_FALSE(lnn::sweep::shard_of_array_task().has_value());
  unsetenv("SLURM_ARRAY_TASK_MIN");
  unsetenv("SLURM_ARRAY_TASK_STEP");
  unsetenv("SLURM_ARRAY_TASK_COUNT");
}

}  // namespace
