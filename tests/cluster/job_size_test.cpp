#include "cluster/job_size.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "base/error.h"

namespace {

using lnn::UserError;
using lnn::cluster::JobRequest;
using lnn::cluster::JobSize;
using lnn::cluster::Profile;
using lnn::cluster::size_job;
using lnn::cluster::WallTime;
using testing::Contains;
using testing::HasSubstr;
using testing::ThrowsMessage;

/// Four nodes of 16 cores and 64 GB, two GPUs each; at most 10 hours.
Profile site() {
  Profile profile;
  profile.file = "site.json";
  profile.cores_per_node = 16;
  profile.memory_per_node = 64;
  profile.max_nodes = 4;
  profile.max_time = 36000;
  profile.max_array = 20;
  return profile;
}

Profile gpu_site() {
  Profile profile = site();
  profile.gpus_per_node = 2;
  profile.workers_per_gpu = 3;
  return profile;
}

std::optional<double> unknown(int) {
  return std::nullopt;
}

/// Trials of one hour each that fill all workers.
WallTime hours(double trials) {
  return [trials](int workers) { return std::optional(3600 * trials / workers); };
}

TEST(JobSize, HasAWorkerForEachTrialAndNotMore) {
  const JobSize small = size_job(site(), {.trials = 5}, unknown);
  EXPECT_EQ(small.nodes, 1);
  EXPECT_EQ(small.workers, 5);
  EXPECT_EQ(small.cpus, 5);
  EXPECT_EQ(small.memory, 20000) << "its share of the node";
  const JobSize large = size_job(site(), {.trials = 500}, unknown);
  EXPECT_EQ(large.workers, 16);
  EXPECT_EQ(large.memory, 64000);
}

TEST(JobSize, ThreadsTakeCores) {
  const JobSize size = size_job(site(), {.trials = 500, .threads = 3}, unknown);
  EXPECT_EQ(size.workers, 5);
  EXPECT_EQ(size.cpus, 15);
}

TEST(JobSize, WithoutAPaceTakesOneNodeAndTheLongestTimeAndSaysSo) {
  const JobSize size = size_job(site(), {.trials = 500}, unknown);
  EXPECT_EQ(size.nodes, 1);
  EXPECT_EQ(size.seconds, 36000);
  EXPECT_THAT(size.reasons.back(), HasSubstr("has not been measured"));
}

TEST(JobSize, TakesTheFewestNodesThatEndInOneGo) {
  // 64 hours of work, a quarter more and five minutes: 5:05 h on one node, 10:25 h would be too long.
  EXPECT_EQ(size_job(site(), {.trials = 64}, hours(64)).nodes, 1);
  const JobSize two = size_job(site(), {.trials = 200}, hours(200));
  EXPECT_EQ(two.nodes, 2);
  EXPECT_EQ(two.workers, 16);
  EXPECT_EQ(two.seconds, 474 * 60) << "1.25 x 200 h / 32 and 5 min are 473.75 min";
  EXPECT_THAT(two.reasons.back(), HasSubstr("7:54:00 of time: at most 6:15:00 at the measured pace"));
  EXPECT_EQ(size_job(site(), {.trials = 200, .time = 7200}, hours(200)).nodes, 4)
      << "the longest that it may be";
}

TEST(JobSize, SaysHowOftenItReturnsWhenItCannotEndInOneGo) {
  const JobSize size = size_job(site(), {.trials = 2000}, hours(2000));
  EXPECT_EQ(size.nodes, 4);
  EXPECT_EQ(size.seconds, 36000);
  EXPECT_THAT(size.reasons.back(), HasSubstr("back to the queue about 3 times"));
}

TEST(JobSize, DealsTrialsOutEvenly) {
  const JobSize nodes = size_job(site(), {.trials = 20, .nodes = 2}, unknown);
  EXPECT_EQ(nodes.workers, 10);
  const JobSize array = size_job(site(), {.trials = 20, .array = 3}, unknown);
  EXPECT_EQ(array.array, 3);
  EXPECT_EQ(array.nodes, 1);
  EXPECT_EQ(array.workers, 7);
}

TEST(JobSize, SharesGpusAndLeavesUnusedOnesFree) {
  const JobSize full = size_job(gpu_site(), {.trials = 100}, unknown);
  EXPECT_EQ(full.gpus, 2);
  EXPECT_EQ(full.workers, 6);
  EXPECT_EQ(full.memory, 64000) << "all GPUs: all memory";
  EXPECT_EQ(size_job(gpu_site(), {.trials = 1}, unknown).gpus, 1);
  EXPECT_EQ(size_job(gpu_site(), {.trials = 100, .gpus = 1}, unknown).workers, 3);
  const JobSize none = size_job(gpu_site(), {.trials = 100, .gpus = 0}, unknown);
  EXPECT_EQ(none.gpus, 0);
  EXPECT_EQ(none.workers, 16);
}

TEST(JobSize, AsksForTheMemoryThatWasMeasured) {
  const JobSize small = size_job(site(), {.trials = 5, .trial_memory = 1000}, unknown);
  EXPECT_EQ(small.memory, 6000) << "a fifth more than 5 x 1000 MiB";
  EXPECT_THAT(small.reasons, Contains(HasSubstr("a trial held up to 1000 MiB when it was measured")));
  EXPECT_EQ(size_job(site(), {.trials = 1, .trial_memory = 50}, unknown).memory, 500) << "the sweep itself";
  const JobSize unmeasured = size_job(site(), {.trials = 5}, unknown);
  EXPECT_THAT(unmeasured.reasons, Contains(HasSubstr("20000 MB of memory each, the node's share")));
}

TEST(JobSize, StartsNoMoreTrialsThanThereIsMemoryFor) {
  // 64 GB hold six trials of 8500 MiB and a fifth more, but not seven.
  const JobSize size = size_job(site(), {.trials = 500, .trial_memory = 8500}, unknown);
  EXPECT_EQ(size.workers, 6);
  EXPECT_EQ(size.cpus, 6);
  EXPECT_EQ(size.memory, 61200);
  EXPECT_THAT(
      [] { size_job(site(), {.trials = 5, .trial_memory = 60000}, unknown); },
      ThrowsMessage<UserError>(HasSubstr("60000 MiB when it was measured, too much for nodes with 64 GB")));
}

TEST(JobSize, MemoryIsNotMeasuredForGpusAndNotAskedForWithoutTheProfilesWord) {
  EXPECT_EQ(size_job(gpu_site(), {.trials = 100, .trial_memory = 1000}, unknown).memory, 64000)
      << "a pack holds more than the trial that was measured";
  Profile silent = site();
  silent.memory_per_node = 0;
  const JobSize size = size_job(silent, {.trials = 100, .trial_memory = 60000}, unknown);
  EXPECT_EQ(size.memory, 0);
  EXPECT_EQ(size.workers, 16);
}

TEST(JobSize, TheWarningLeavesShortJobsTimeToWork) {
  EXPECT_EQ(size_job(site(), {.trials = 5}, unknown).warning, 120);
  EXPECT_EQ(size_job(site(), {.trials = 5, .time = 180}, unknown).warning, 60);
  EXPECT_EQ(size_job(site(), {.trials = 5, .time = 10}, unknown).seconds, 60) << "Slurm counts minutes";
}

TEST(JobSize, RefusesWhatTheSiteDoesNotHave) {
  const auto refuses = [](const Profile& profile, const JobRequest& request, const std::string& message) {
    EXPECT_THAT([&] { size_job(profile, request, unknown); }, ThrowsMessage<UserError>(HasSubstr(message)))
        << message;
  };
  refuses(site(), {.trials = 0}, "every trial of this plan has its result");
  refuses(site(), {.trials = 50, .nodes = 5}, "--nodes 5: more than 4 (max_nodes in site.json)");
  refuses(site(), {.trials = 50, .nodes = 0}, "at least 1");
  refuses(site(), {.trials = 3, .nodes = 4}, "more than trials that are left (3;");
  refuses(site(), {.trials = 50, .array = 21}, "--array 21: more than 20 (max_array in site.json)");
  refuses(site(), {.trials = 3, .array = 4}, "more than trials that are left (3;");
  refuses(site(), {.trials = 50, .nodes = 2, .array = 2}, "exclude each other");
  refuses(site(), {.trials = 50, .gpus = 1}, "--gpus 1: more than 0 (gpus_per_node in site.json)");
  refuses(gpu_site(), {.trials = 50, .gpus = -1}, "0 (compute on processors) or more");
  refuses(site(), {.trials = 50, .threads = 17}, "--threads 17: more than 16 (cores_per_node in site.json)");
  refuses(site(), {.trials = 50, .time = 36001},
          "--time 10:00:01: more than 10:00:00 (max_time in site.json)");
}

}  // namespace
