#include "sweep/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "base/error.h"
#include "sweep_fixture.h"

namespace {

using lnn::sweep::Process;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

class ProcessTest : public SweepTest {
 protected:
  lnn::sweep::Command shell(const std::string& script) const {
    return {"/bin/sh", {"-c", script}, {"PATH=/usr/bin:/bin", "GREETING=hello"}, folder_ / "log"};
  }

  static lnn::sweep::ExitStatus wait_for(Process& process) {
    for (int i = 0; i < 5000; ++i) {
      if (const auto status = process.poll()) return *status;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    ADD_FAILURE() << "the process does not end";
    return {};
  }
};

TEST_F(ProcessTest, SplitsOutputIntoLinesAndKeepsTheLastUnendedOne) {
  Process process(shell("printf 'one\\ntwo\\nthree'"));
  EXPECT_EQ(wait_for(process).code, 0);
  EXPECT_THAT(process.read_lines(), ElementsAre("one", "two", "three"));
  EXPECT_EQ(process.output(), -1);
}

TEST_F(ProcessTest, PassesOnWhatItIsSent) {
  Process process(shell("read first; read second; echo $second $first"));
  process.send("one\ntw");
  process.send("o\n");
  EXPECT_EQ(wait_for(process).code, 0);
  EXPECT_THAT(process.read_lines(), ElementsAre("two one"));
  process.send("into the void\n");
  process.send("again\n");
  EXPECT_FALSE(process.sending());
}

// More than a socket holds, to a child that is slow to read: nothing blocks, nothing is lost.
TEST_F(ProcessTest, SendsMuchInPortions) {
  Process process(shell("sleep 0.05; wc -c"));
  process.send(std::string(5'000'000, 'x'));
  EXPECT_TRUE(process.sending());
  std::vector<std::string> lines;
  for (int i = 0; i < 5000 && process.sending(); ++i) {
    for (auto& line : process.read_lines()) lines.push_back(line);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_FALSE(process.sending());
}

TEST_F(ProcessTest, KnowsThePeakOfMemory) {
  Process small(shell("exit 0"));
  Process large(shell("x=$(head -c 60000000 /dev/zero | tr '\\0' x); exit 0"));
  EXPECT_GT(wait_for(large).peak_memory, wait_for(small).peak_memory + 50);
}

TEST_F(ProcessTest, TellsExitCodesFromSignals) {
  Process exits(shell("exit 7"));
  const auto exit = wait_for(exits);
  EXPECT_FALSE(exit.by_signal);
  EXPECT_EQ(exit.code, 7);
  Process dies(shell("kill -SEGV $$"));
  const auto death = wait_for(dies);
  EXPECT_TRUE(death.by_signal);
  EXPECT_EQ(death.code, SIGSEGV);
}

TEST_F(ProcessTest, AppendsStandardErrorToTheLogAndPassesTheEnvironment) {
  for (int i = 0; i < 2; ++i) {
    Process process(shell("echo $GREETING >&2"));
    wait_for(process);
  }
  EXPECT_EQ(lnn::read_text_file(folder_ / "log"), "hello\nhello\n");
}

TEST_F(ProcessTest, SignalsTheWholeGroup) {
  Process process(shell("sleep 100 & wait"));
  process.signal(SIGTERM);
  EXPECT_EQ(wait_for(process).code, SIGTERM);
}

TEST_F(ProcessTest, CutsAnEndlessLine) {
  Process process(shell("head -c 300000 /dev/zero | tr '\\0' x"));
  std::size_t longest = 0;
  while (process.output() >= 0) {
    for (const auto& line : process.read_lines()) longest = std::max(longest, line.size());
  }
  EXPECT_GT(longest, 0U);
  EXPECT_LT(longest, 80000U);
}

TEST_F(ProcessTest, SaysWhichProgramCannotBeStarted) {
  lnn::sweep::Command command = shell("");
  command.program = "/nowhere/trial";
  try {
    Process process(command);
    FAIL() << "a missing program must throw";
  } catch (const lnn::EnvironmentError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/trial"));
  }
}

TEST(TrialEnvironment, HidesTheLauncherAndSetsThreads) {
  setenv("OMPI_COMM_WORLD_SIZE", "4", 1);
  setenv("PMIX_RANK", "1", 1);
  setenv("OMP_NUM_THREADS", "64", 1);
  const auto environment = lnn::sweep::trial_environment(3);
  unsetenv("OMPI_COMM_WORLD_SIZE");
  unsetenv("PMIX_RANK");
  EXPECT_THAT(environment, Not(Contains(StartsWith("OMPI_"))));
  EXPECT_THAT(environment, Not(Contains(StartsWith("PMIX_"))));
  EXPECT_THAT(environment, Contains("OMP_NUM_THREADS=3").Times(1));
  EXPECT_THAT(environment, Contains(StartsWith("OMP_NUM_THREADS=")).Times(1));
  EXPECT_THAT(environment, Contains(StartsWith("PATH=")));
}

TEST(TrialEnvironment, ShowsOneDevice) {
  setenv("CUDA_VISIBLE_DEVICES", "0,1,2,3", 1);
  EXPECT_THAT(lnn::sweep::trial_environment(1), Contains("CUDA_VISIBLE_DEVICES=0,1,2,3"));
  const auto environment = lnn::sweep::trial_environment(1, "2");
  unsetenv("CUDA_VISIBLE_DEVICES");
  EXPECT_THAT(environment, Contains("CUDA_VISIBLE_DEVICES=2").Times(1));
  EXPECT_THAT(environment, Contains(StartsWith("CUDA_VISIBLE_DEVICES=")).Times(1));
}

}  // namespace
