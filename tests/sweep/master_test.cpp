#include "sweep/master.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "sweep/local_slots.h"
#include "sweep/signals.h"
#include "sweep_fixture.h"

namespace {

using lnn::sweep::SweepEnd;
using testing::HasSubstr;

/// A master of two slots whose trials do what their names say.
class MasterTest : public SweepTest {
 protected:
  SweepEnd end_of(const std::vector<std::string>& behaviors) {
    const auto plan = plan_of(behaviors);
    prepare_run(plan);
    std::filesystem::create_directories(run().checkpoints());
    options_.job.run = run().root;
    options_.job.program = LNN_FAKE_TRIAL_PROGRAM;
    options_.config = [&](const std::string& id) { return lnn::read_text_file(run().config(id)); };
    lnn::sweep::Board board(plan);
    lnn::sweep::LocalSlots slots(2);
    lnn::sweep::EventLog events(log_);
    lnn::sweep::Progress progress(lnn::sweep::Progress::Style::quiet, board);
    return lnn::sweep::Master(options_, board, slots, events, progress).run();
  }

  std::filesystem::path log_ = folder_ / "events.jsonl";
  lnn::sweep::MasterOptions options_;
  lnn::sweep::StopSignals signals_;  // forgets those of other tests
};

TEST_F(MasterTest, WhenItCannotWriteWhatRunsIsStillSaved) {
  options_.on_end = [](const auto&, const auto&, bool) { throw lnn::EnvironmentError("the disk is full"); };
  const SweepEnd end = end_of({"saves:0.3", "slow:0.1", "ok"});
  EXPECT_EQ(end.problem, "the disk is full");
  EXPECT_EQ(end.stopped, "a problem");
  EXPECT_TRUE(std::filesystem::exists(run().checkpoint(id_of(0)))) << "it needed 0.3 s";
  EXPECT_FALSE(std::filesystem::exists(run().trial(id_of(2)))) << "nothing more is started";
}

TEST_F(MasterTest, WhenATrialCannotWriteTheOthersAreStillSaved) {
  // The third one starts when the second one has ended.
  const SweepEnd end = end_of({"saves:2.5", "slow:0.1", "exit:3"});
  EXPECT_THAT(end.problem, HasSubstr("leaves with exit:3"));
  EXPECT_TRUE(std::filesystem::exists(run().checkpoint(id_of(0))));
}

TEST_F(MasterTest, AnEventLogOnAFullDiskSaysWhatToDo) {
  log_ = "/dev/full";
  const SweepEnd end = end_of({"slow:0.2"});
  EXPECT_THAT(end.problem, HasSubstr("/dev/full: cannot be written (No space left on device). Free space"));
}

}  // namespace
