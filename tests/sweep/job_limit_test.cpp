#include "sweep/job_limit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "base/clock.h"

namespace {

namespace fs = std::filesystem;
using lnn::sweep::job_end_time;

/// A process outside of any job, whose squeue is a script of the test.
class JobLimit : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"SLURM_JOB_ID", "SLURM_JOB_END_TIME", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID"}) {
      unsetenv(name);
    }
    fs::create_directories(folder_);
    setenv("PATH", (folder_.string() + ":" + path_).c_str(), 1);
  }
  void TearDown() override {
    setenv("PATH", path_.c_str(), 1);
    fs::remove_all(folder_);
  }

  /// squeue prints this; what it was asked stands in the file "asked".
  void squeue_does(const std::string& script) const {
    std::ofstream(folder_ / "squeue") << "#!/bin/sh\necho \"$@\" >" << (folder_ / "asked").string() << "\n"
                                      << script << "\n";
    fs::permissions(folder_ / "squeue", fs::perms::owner_all);
  }
  std::string asked() const {
    std::string line;
    std::getline(std::ifstream(folder_ / "asked") >> std::ws, line);
    return line;
  }

  std::string path_ = std::getenv("PATH");
  fs::path folder_ = fs::temp_directory_path() / ("lnn_job_limit_test_" + std::to_string(getpid()));
};

TEST_F(JobLimit, IsAbsentOutsideOfAJob) {
  squeue_does("echo 10:00");
  setenv("SLURM_JOB_END_TIME", "1795393571", 1);
  EXPECT_FALSE(job_end_time());
  EXPECT_EQ(asked(), "");
}

TEST_F(JobLimit, ComesFromTheEnvironmentOfNewerSlurm) {
  squeue_does("echo 10:00");
  setenv("SLURM_JOB_ID", "17", 1);
  setenv("SLURM_JOB_END_TIME", "1795393571", 1);
  EXPECT_EQ(job_end_time(), 1795393571.0);
  EXPECT_EQ(asked(), "");
}

TEST_F(JobLimit, IsAskedOfSqueueOtherwise) {
  setenv("SLURM_JOB_ID", "17", 1);
  const std::pair<const char*, double> answers[] = {
      {"0:00", 0}, {"59:30", 3570}, {"2:03:04", 7384}, {"1-00:00:10", 86410}};
  for (const auto& [text, seconds] : answers) {
    squeue_does(std::string("echo ") + text);
    const auto end = job_end_time();
    ASSERT_TRUE(end) << text;
    EXPECT_NEAR(*end - lnn::unix_seconds(), seconds, 5) << text;
    EXPECT_EQ(asked(), "-h -j 17 -o %L");
  }
}

TEST_F(JobLimit, AnArrayTaskAsksForItselfOnly) {
  squeue_does("echo 10:00");
  setenv("SLURM_JOB_ID", "17", 1);
  setenv("SLURM_ARRAY_JOB_ID", "17", 1);
  setenv("SLURM_ARRAY_TASK_ID", "3", 1);
  EXPECT_TRUE(job_end_time());
  EXPECT_EQ(asked(), "-h -j 17_3 -o %L");
}

TEST_F(JobLimit, IsAbsentWhenThereIsNoneOrSlurmDoesNotTell) {
  setenv("SLURM_JOB_ID", "17", 1);
  for (const char* script : {"echo UNLIMITED", "echo NOT_SET", "echo INVALID", "echo", "exit 1",
                             "echo 10:00:", "head -c 100000 /dev/zero"}) {
    squeue_does(script);
    EXPECT_FALSE(job_end_time()) << script;
  }
  setenv("PATH", (folder_ / "empty").c_str(), 1);
  EXPECT_FALSE(job_end_time()) << "without squeue";
}

TEST_F(JobLimit, DoesNotWaitForASlurmThatHangs) {
  squeue_does("exec sleep 60");
  setenv("SLURM_JOB_ID", "17", 1);
  const double begin = lnn::unix_seconds();
  EXPECT_FALSE(job_end_time());
  EXPECT_LT(lnn::unix_seconds() - begin, 10);
}

TEST_F(JobLimit, TrustsNoTextOfTheEnvironment) {
  squeue_does("echo 10:00");
  for (const char* id : {"", "17; touch /tmp/never", "-1", "99999999999999999999999999"}) {
    setenv("SLURM_JOB_ID", id, 1);
    EXPECT_FALSE(job_end_time()) << id;
  }
  setenv("SLURM_JOB_ID", "17", 1);
  setenv("SLURM_JOB_END_TIME", "soon", 1);
  EXPECT_NEAR(job_end_time().value_or(0) - lnn::unix_seconds(), 600, 5) << "falls back to squeue";
}

}  // namespace
