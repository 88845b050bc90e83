#include "sweep/sweep.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <thread>

#include "base/error.h"
#include "store/trial_file.h"
#include "sweep/pace.h"
#include "sweep/run_status.h"
#include "sweep_fixture.h"

namespace {

namespace fs = std::filesystem;
using lnn::store::Outcome;
using testing::HasSubstr;

class RunSweepTest : public SweepTest {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    options_.out = run().root;
    options_.workers = 2;
    options_.quiet = true;
  }

  int sweep(const std::vector<std::string>& behaviors) const {
    return lnn::sweep::run_sweep(plan_of(behaviors), options_);
  }

  lnn::store::TrialRecord record(std::size_t k) const {
    return lnn::store::read_trial(run().trial(id_of(k)));
  }

  lnn::sweep::SweepOptions options_;
};

TEST_F(RunSweepTest, ClassifiesEveryOutcomeAndGoesOn) {
  options_.trial_timeout = 0.5;
  EXPECT_EQ(sweep({"ok", "nan", "segv", "exit:2", "hang", "silent", "garbage"}), lnn::sweep::some_failed);
  const std::vector<Outcome> expected{Outcome::completed, Outcome::diverged,  Outcome::crashed,
                                      Outcome::failed,    Outcome::timed_out, Outcome::failed,
                                      Outcome::completed};
  for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ(record(k).outcome, expected[k]) << k;
  EXPECT_TRUE(fs::exists(run().results()));
}

TEST_F(RunSweepTest, ADivergedTrialIsRecordedAndSaidByTheExitCode) {
  EXPECT_EQ(sweep({"ok", "nan"}), lnn::sweep::some_failed);
}

TEST_F(RunSweepTest, RunsNothingTwice) {
  EXPECT_EQ(sweep({"ok", "nan"}), 1);
  const auto first = fs::last_write_time(run().trial(id_of(0)));
  const auto second = fs::last_write_time(run().trial(id_of(1)));
  fs::remove(run().results());
  EXPECT_EQ(sweep({"ok", "nan"}), 1);
  EXPECT_EQ(fs::last_write_time(run().trial(id_of(0))), first);
  EXPECT_EQ(fs::last_write_time(run().trial(id_of(1))), second);
  EXPECT_TRUE(fs::exists(run().results())) << "the collected file is rebuilt";
}

TEST_F(RunSweepTest, RetriesUpToTheLimitAndThenQuarantines) {
  options_.retry.max_retries = 1;
  EXPECT_EQ(sweep({"segv", "ok"}), 1);
  EXPECT_EQ(record(0).attempts, 2);
  const std::string note = lnn::read_text_file(run().quarantine(id_of(0)));
  EXPECT_THAT(note, HasSubstr("SIGSEGV"));
  EXPECT_THAT(note, HasSubstr("lnn-sweep train --config " + run().config(id_of(0)).string()));
  EXPECT_FALSE(fs::exists(run().quarantine(id_of(1))));
  EXPECT_EQ(sweep({"segv", "ok"}), 1);
  EXPECT_EQ(record(0).attempts, 2) << "quarantined: not started again";
  options_.retry.retry_failed = true;
  EXPECT_EQ(sweep({"segv", "ok"}), 1);
  EXPECT_EQ(record(0).attempts, 3);
}

TEST_F(RunSweepTest, ASecondStartMaySucceedInTheSameSweep) {
  EXPECT_EQ(sweep({"flaky", "ok"}), 0);
  EXPECT_EQ(record(0).attempts, 2);
  EXPECT_TRUE(!fs::exists(run().quarantine()) || fs::is_empty(run().quarantine()));
}

TEST_F(RunSweepTest, ATrialThatHangsIsEndedAndStartedAgain) {
  options_.hang_limit = 0.3;
  options_.retry.max_retries = 1;
  EXPECT_EQ(sweep({"hang", "ok"}), 1);
  EXPECT_EQ(record(0).outcome, Outcome::hung);
  EXPECT_EQ(record(0).attempts, 2);
}

TEST_F(RunSweepTest, LeavesBeforeTheTimeLimit) {
  options_.time_limit = 2;
  options_.workers = 1;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(sweep({"slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2"}),
            lnn::sweep::run_again);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2000));
  EXPECT_TRUE(fs::exists(run().trial(id_of(0))));
  EXPECT_FALSE(fs::exists(run().trial(id_of(5))));
  EXPECT_THAT(lnn::read_text_file(run().events()), HasSubstr(R"("event":"drain","reason":"the time limit")"));
  options_.time_limit.reset();
  EXPECT_EQ(sweep({"slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2", "slow:0.2"}), 0);
}

TEST_F(RunSweepTest, StartsNothingThatCannotReachItsFirstCheckpoint) {
  options_.workers = 1;
  EXPECT_EQ(sweep({"slow:0.5"}), 0);
  fs::remove(run().trial(id_of(0)));
  // The first checkpoint of this class came after half a second; a quarter of the limit is kept for saving.
  options_.time_limit = 0.6;
  EXPECT_EQ(sweep({"slow:0.5"}), lnn::sweep::run_again);
  EXPECT_THAT(lnn::read_text_file(run().events()), testing::Not(HasSubstr("\"slot\":0,\"time\":9")));
  EXPECT_FALSE(fs::exists(run().trial(id_of(0))));
}

// It is stopped a quarter of the limit before it, in its second epoch of three.
TEST_F(RunSweepTest, WhatWasCutShortIsRememberedForTheNextTurn) {
  options_.workers = 1;
  options_.time_limit = 1.6;
  EXPECT_EQ(sweep({"slow:0.8"}), lnn::sweep::run_again);
  const auto pace = lnn::sweep::read_pace(run().pace());
  ASSERT_EQ(pace.size(), 1U);
  EXPECT_NEAR(pace.begin()->second.first_checkpoint, 1, 0.21);
  EXPECT_NEAR(pace.begin()->second.seconds, pace.begin()->second.first_checkpoint + 2 * 0.8, 1e-3);
  EXPECT_EQ(pace.begin()->second.trials, 0);
  options_.time_limit = 0.9;
  EXPECT_EQ(sweep({"slow:0.8"}), lnn::sweep::run_again);
  const std::string events = lnn::read_text_file(run().events());
  EXPECT_EQ(events.find("trial_start"), events.rfind("trial_start")) << "too late for a first checkpoint";
}

TEST_F(RunSweepTest, PartsShareAFolderAndTheLastOneCollects) {
  options_.shard = lnn::sweep::Shard{1, 2};
  EXPECT_EQ(sweep({"ok", "ok", "ok", "ok"}), 0);
  EXPECT_FALSE(fs::exists(run().results()));
  options_.shard = lnn::sweep::Shard{2, 2};
  EXPECT_EQ(sweep({"ok", "ok", "ok", "ok"}), 0);
  EXPECT_TRUE(fs::exists(run().results()));
  for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(record(k).attempts, 1);
}

TEST_F(RunSweepTest, AChangedPlanOnlyAddsWhatIsMissing) {
  sweep({"ok"});
  const auto first = fs::last_write_time(run().trial(id_of(0)));
  EXPECT_EQ(sweep({"ok", "ok"}), 0);
  EXPECT_EQ(fs::last_write_time(run().trial(id_of(0))), first);
  EXPECT_TRUE(fs::exists(run().trial(id_of(1))));
}

TEST_F(RunSweepTest, RunsOnlyWhatIsSelected) {
  options_.selected = {id_of(1)};
  EXPECT_EQ(sweep({"ok", "ok"}), 0);
  EXPECT_FALSE(fs::exists(run().trial(id_of(0))));
  EXPECT_TRUE(fs::exists(run().trial(id_of(1))));
}

TEST_F(RunSweepTest, ABrokenEnvironmentEndsTheSweep) {
  options_.workers = 1;
  try {
    sweep({"exit:3", "ok"});
    FAIL() << "exit code 3 of a trial must end the sweep";
  } catch (const lnn::EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("leaves with exit:3"));
  }
  EXPECT_FALSE(fs::exists(run().trial(id_of(1))));
}

TEST_F(RunSweepTest, RefusesImpossibleOptions) {
  auto refused = [&](auto change) {
    auto options = options_;
    change(options);
    EXPECT_THROW(lnn::sweep::run_sweep(plan_of({"ok"}), options), lnn::UserError);
  };
  refused([](auto& options) { options.workers = 0; });
  refused([](auto& options) { options.threads = 0; });
  refused([](auto& options) { options.retry.max_retries = -1; });
  refused([](auto& options) { options.trial_timeout = -1; });
  EXPECT_FALSE(fs::exists(run().root)) << "nothing may be created before the options are checked";
}

TEST_F(RunSweepTest, AMissingTrialProgramIsToldBeforeAnythingStarts) {
  setenv("LNN_TRIAL_PROGRAM", "/nowhere/trial", 1);
  EXPECT_THROW(sweep({"ok"}), lnn::EnvironmentError);
  EXPECT_FALSE(fs::exists(run().root));
}

/// Sends a signal to this process when the first trial runs.
class SignalWhenRunning {
 public:
  SignalWhenRunning(int number, fs::path log) {
    thread_ = std::thread([number, log] {
      for (int i = 0; i < 500 && !fs::exists(log); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      kill(getpid(), number);
    });
  }
  ~SignalWhenRunning() { thread_.join(); }

 private:
  std::thread thread_;
};

TEST_F(RunSweepTest, ASignalStopsTheSweepAndTheNextRunGoesOn) {
  for (const int number : {SIGINT, SIGTERM, SIGUSR1}) {
    options_.out = folder_ / std::to_string(number);
    const lnn::store::RunDirectory stopped{options_.out};
    {
      const SignalWhenRunning sender(number, stopped.log(id_of(0)));
      EXPECT_EQ(sweep({"slow:0.3", "slow:0.3", "ok"}), lnn::sweep::run_again);
    }
    EXPECT_TRUE(fs::is_empty(stopped.trials())) << "an interrupted trial is not recorded as failed";
    EXPECT_FALSE(fs::exists(stopped.results()));
  }
  EXPECT_EQ(sweep({"slow:0.3", "slow:0.3", "ok"}), 0);
}

TEST_F(RunSweepTest, StatusTellsWhatIsOnDisk) {
  auto plan = plan_of({"ok", "segv", "nan", "ok"});
  // A plan on disk is only believed when each id fits its configuration.
  for (auto& trial : plan.trials) trial.id = lnn::experiment::trial_id(trial.config());
  options_.selected = {plan.trials[0].id, plan.trials[1].id, plan.trials[2].id};
  EXPECT_EQ(lnn::sweep::run_sweep(plan, options_), 1);
  const auto status = lnn::sweep::StatusReader(run()).read();
  const auto json = lnn::sweep::to_json(status);
  EXPECT_FALSE(json.at("alive"));
  EXPECT_EQ(json.at("counts").at("trials"), 4);
  EXPECT_EQ(json.at("counts").at("completed"), 1);
  EXPECT_EQ(json.at("counts").at("crashed"), 1);
  EXPECT_EQ(json.at("counts").at("diverged"), 1);
  EXPECT_EQ(json.at("counts").at("waiting"), 1);
  EXPECT_THAT(json.at("trials").at(1).at("reason"), HasSubstr("SIGSEGV"));
  EXPECT_THROW(lnn::sweep::StatusReader({folder_}).read(), lnn::UserError);
}

}  // namespace
