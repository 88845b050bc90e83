// What a drill is made of; the drill itself is tested through its command (tests/cli/audit_test.cpp).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <csignal>
#include <fstream>
#include <thread>

#include "audit/drill.h"
#include "audit/drill_sweep.h"
#include "audit/file_damage.h"
#include "audit/marked_processes.h"
#include "base/error.h"
#include "base/files.h"
#include "experiment/plan.h"
#include "sweep/process.h"
#include "sweep/run_lock.h"
#include "tests/store/sample_trials.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using namespace lnn::audit;
using testing::HasSubstr;

class DrillParts : public test::InFolder {
 protected:
  std::mt19937_64 random_{1};
};

TEST_F(DrillParts, FlipsOneBit) {
  const std::string before(1000, 'a');
  for (int i = 0; i < 20; ++i) {
    write_text_file(folder_ / "file", before);
    flip_bit(folder_ / "file", random_);
    const std::string after = read_text_file(folder_ / "file");
    ASSERT_EQ(after.size(), before.size());
    int bits = 0;
    for (std::size_t k = 0; k < after.size(); ++k)
      bits += std::popcount(static_cast<unsigned char>(after[k] ^ before[k]));
    EXPECT_EQ(bits, 1);
  }
}

TEST_F(DrillParts, TruncatesAndTears) {
  write_text_file(folder_ / "file", "0123456789");
  truncate_file(folder_ / "file", random_);
  EXPECT_LT(fs::file_size(folder_ / "file"), 10U);
  write_text_file(folder_ / "events", "{}\n");
  tear_event_line(folder_ / "events");
  EXPECT_THAT(read_text_file(folder_ / "events"), testing::StartsWith("{}\n{\"event\""));
  EXPECT_NE(read_text_file(folder_ / "events").back(), '\n');
}

TEST_F(DrillParts, LeavesALockThatHoldsNobodyUp) {
  const store::RunDirectory run{folder_};
  leave_stale_lock(run.lock());
  EXPECT_THAT(sweep::RunLockReader(run).holders(), testing::IsEmpty());
  EXPECT_NO_THROW(sweep::RunLock{run});
}

TEST_F(DrillParts, FindsAndKillsMarkedProcesses) {
  const std::string mark = new_mark();
  sweep::Process sleeper({"/bin/sleep", {"1000"}, {mark}, folder_ / "log"});
  {
    const Janitor janitor(mark);
    // Nor has it one in the first moment after it was started.
    for (int i = 0; i < 1000 && marked_processes(mark).empty(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    const auto found = marked_processes(mark);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].pid, sleeper.pid());
    EXPECT_EQ(found[0].role, Role::launcher) << "not one of our programs";
    EXPECT_FALSE(all_gone(mark, std::chrono::milliseconds(1)));
    EXPECT_THAT(marked_processes(mark + "0"), testing::IsEmpty());
    EXPECT_THAT(marked_processes(mark.substr(0, mark.size() - 1)), testing::IsEmpty());
  }
  EXPECT_TRUE(all_gone(mark, std::chrono::milliseconds(1000)));
  // A process has lost its environment a moment before it can be waited for.
  for (int i = 0; i < 1000 && !sleeper.poll(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(sleeper.poll().value_or(sweep::ExitStatus{}).code, SIGKILL);
}

TEST_F(DrillParts, ItsExperimentIsASoundOne) {
  const auto file = experiment::parse_experiment(drill_experiment(), "drill.json");
  const auto plan = experiment::make_plan({file}, "desk", experiment::Json::object(), {});
  EXPECT_EQ(plan.trials.size(), 24U);
}

TEST_F(DrillParts, AReceiptPassesWhenEveryCheckDoes) {
  Receipt receipt;
  EXPECT_FALSE(receipt.passed()) << "nothing was checked";
  receipt.add("reference", true, "12 trials");
  EXPECT_TRUE(receipt.passed());
  receipt.add("bitwise_equal", false, "11 of 12 trials");
  EXPECT_FALSE(receipt.passed());
  EXPECT_THAT(to_text(receipt), testing::AllOf(HasSubstr("pass  reference"), HasSubstr("FAIL  bitwise_equal"),
                                               HasSubstr("FAILED after")));
  EXPECT_EQ(to_json(receipt).at("checks").at(1).at("passed"), false);
}

TEST_F(DrillParts, RefusesFoldersThatHoldSomethingAndOtherNonsense) {
  const auto refuse = [](const DrillOptions& options, const std::string& why) {
    EXPECT_THAT([&] { run_drill(options); }, testing::ThrowsMessage<UserError>(HasSubstr(why)));
  };
  write_text_file(folder_ / "precious", "");
  DrillOptions options;
  options.out = folder_;
  refuse(options, "not empty");
  options.seconds = 0;
  refuse(options, "--seconds 0");
  options.seconds = 1;
  options.ranks = 1;
  refuse(options, "at least 2 ranks");
}

}  // namespace
