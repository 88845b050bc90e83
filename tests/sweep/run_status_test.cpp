#include "sweep/run_status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <fstream>

#include "base/clock.h"
#include "base/error.h"
#include "child_process.h"
#include "store/trial_file.h"
#include "sweep/event_log.h"
#include "sweep/run_folder.h"
#include "sweep_fixture.h"

namespace {

namespace fs = std::filesystem;
using lnn::sweep::EventLog;
using lnn::sweep::LastSweep;
using lnn::sweep::RunFolder;
using lnn::sweep::RunState;
using lnn::sweep::StatusReader;
using lnn::sweep::TrialEnd;
using lnn::sweep::TrialState;
using Outcome = lnn::store::Outcome;
using testing::HasSubstr;

TrialEnd end_with(Outcome outcome, const std::string& reason = "") {
  TrialEnd end;
  end.outcome = outcome;
  end.reason = reason;
  end.seconds = 1;
  return end;
}

class RunStatusTest : public SweepTest {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    plan_ = plan_of({"a", "b", "c", "d"});
    options_.root = run().root;
  }

  static std::string id(std::size_t k) { return id_of(k); }

  void start(EventLog& events, std::size_t k, int attempt = 1) const {
    lnn::sweep::TrialStatus trial;
    trial.id = id(k);
    trial.attempts = attempt;
    events.trial_started(trial, 0);
  }

  /// A sweep that starts trial k and is drained.
  void drained_sweep(int slots, int waiting, std::size_t k) const {
    const RunFolder folder(options_, plan_);
    EventLog events(folder.events_path());
    events.sweep_started(slots, waiting);
    start(events, k);
    events.trial_ended(id(k), end_with(Outcome::interrupted));
    events.sweep_ended(75);
  }

  /// A sweep that does this and is killed.
  template <class Work>
  void killed_sweep(Work work) const {
    const pid_t child = in_child([&] {
      const RunFolder folder(options_, plan_);
      EventLog events(folder.events_path());
      work(events);
      events.flush();
      raise(SIGKILL);
    });
    ASSERT_EQ(exit_code_of(child), -1);
  }

  void write_result(std::size_t k, Outcome outcome, int attempts = 1, const std::string& reason = "") const {
    lnn::store::TrialRecord record;
    record.id = id(k);
    record.config = plan_.trials[k].config().dump();
    record.outcome = outcome;
    record.reason = reason;
    record.attempts = attempts;
    lnn::store::write_trial(run().trial(id(k)), record);
  }

  std::string refusal() const {
    try {
      StatusReader(run()).read();
    } catch (const lnn::UserError& error) {
      return error.what();
    }
    return "read";
  }

  lnn::experiment::Plan plan_;
  lnn::sweep::RunFolderOptions options_;
};

TEST_F(RunStatusTest, OfASweepAtWork) {
  const RunFolder folder(options_, plan_);
  EventLog events(folder.events_path());
  events.sweep_started(2, 4);
  start(events, 0);
  start(events, 1);
  events.epoch(id(0), {3, 12, 0.5, 0.4, 0.3, 1e-3, 0.25});
  write_result(1, Outcome::completed);
  events.trial_ended(id(1), end_with(Outcome::completed));
  start(events, 2);
  events.trial_ended(id(2), end_with(Outcome::completed));  // but its file has been lost
  events.flush();

  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.state, RunState::running);
  ASSERT_EQ(status.sweeps.size(), 1U);
  EXPECT_EQ(status.sweeps[0].holder->pid, getpid());
  EXPECT_EQ(status.sweeps[0].slots, 2);
  EXPECT_EQ(status.sweeps[0].running, 1);
  const auto json = to_json(status);
  EXPECT_EQ(json.at("schema_version"), 2);
  EXPECT_EQ(json.at("state"), "running");
  EXPECT_EQ(json.at("holders").at(0).at("pid"), getpid());
  EXPECT_TRUE(json.at("holders").at(0).at("shard").is_null());
  EXPECT_EQ(json.at("counts").at("completed"), 1);
  EXPECT_EQ(json.at("counts").at("waiting"), 2);
  EXPECT_EQ(json.at("trials").at(0).at("state"), "running");
  EXPECT_EQ(json.at("trials").at(0).at("epoch"), 3);
  EXPECT_EQ(json.at("trials").at(0).at("epochs"), 12);
  EXPECT_EQ(json.at("trials").at(0).at("validation_total"), 0.4);
  EXPECT_EQ(json.at("trials").at(0).at("epoch_seconds"), 0.25);
  EXPECT_TRUE(json.at("trials").at(2).at("epoch").is_null());
}

TEST_F(RunStatusTest, OfASweepThatWasDrained) {
  drained_sweep(1, 4, 0);
  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.state, RunState::to_continue);
  EXPECT_EQ(status.sweeps[0].exit_code, 75);
  EXPECT_EQ(status.board.totals().waiting, 4);
  EXPECT_EQ(status.board.trial(id(0)).attempts, 0);
}

TEST_F(RunStatusTest, OfASweepThatWasKilled) {
  killed_sweep([&](EventLog& events) {
    events.sweep_started(2, 4);
    start(events, 0);
    start(events, 1);
    write_result(1, Outcome::completed);
  });
  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.state, RunState::killed);
  EXPECT_EQ(status.board.trial(id(0)).state, TrialState::waiting);
  EXPECT_EQ(status.board.trial(id(1)).outcome, Outcome::completed) << "its file was there before the end";
  EXPECT_FALSE(status.sweeps[0].exit_code.has_value());
}

TEST_F(RunStatusTest, TellsOfRetriesAndQuarantine) {
  const RunFolder folder(options_, plan_);
  EventLog events(folder.events_path());
  events.sweep_started(1, 4);
  start(events, 0, 1);
  events.trial_ended(id(0), end_with(Outcome::crashed, "SIGSEGV"), true);
  start(events, 1, 1);
  events.trial_ended(id(1), end_with(Outcome::crashed, "SIGSEGV"), true);
  start(events, 1, 2);
  write_result(1, Outcome::crashed, 2, "SIGSEGV twice");
  events.trial_ended(id(1), end_with(Outcome::crashed, "SIGSEGV twice"));
  events.flush();
  fs::create_directories(run().quarantine());
  lnn::write_text_file(run().quarantine(id(1)), "why");
  lnn::write_text_file(run().quarantine("unknown"), "why");

  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.board.trial(id(0)).state, TrialState::waiting);
  EXPECT_EQ(status.board.trial(id(1)).outcome, Outcome::crashed);
  EXPECT_EQ(status.retries, 1);
  EXPECT_THAT(status.quarantined, testing::ElementsAre(id(1)));
  const auto json = to_json(status);
  EXPECT_EQ(json.at("trials").at(1).at("quarantine"), run().quarantine(id(1)).string());
  EXPECT_EQ(json.at("trials").at(1).at("reason"), "SIGSEGV twice");
  EXPECT_EQ(json.at("counts").at("quarantined"), 1);
}

TEST_F(RunStatusTest, ADrainIsSaidWhileItLasts) {
  const auto status = [&] { return StatusReader(run()).read(); };
  {
    const RunFolder folder(options_, plan_);
    EventLog events(folder.events_path());
    events.sweep_started(1, 4);
    start(events, 0);
    events.epoch(id(0), {3, 12, 0.5, 0.4, 0.3, 1e-3, 0.25});
    events.flush();
    EXPECT_FALSE(status().sweeps[0].draining.has_value());
    EXPECT_TRUE(to_json(status()).at("sweeps").at(0).at("draining").is_null());
    EXPECT_TRUE(status().remaining.has_value());

    const double before = lnn::unix_seconds();
    events.draining("the \"time\" limit");
    events.flush();
    const auto draining = status().sweeps[0].draining;
    ASSERT_TRUE(draining.has_value());
    EXPECT_EQ(draining->reason, "the \"time\" limit");
    EXPECT_NEAR(draining->since, before, 1);
    EXPECT_EQ(to_json(status()).at("sweeps").at(0).at("draining").at("reason"), draining->reason);
    EXPECT_FALSE(status().remaining.has_value()) << "what it will not do is not forecast";
    events.sweep_ended(75);
    EXPECT_TRUE(status().sweeps[0].draining.has_value()) << "it still holds the folder";
  }
  EXPECT_FALSE(status().sweeps[0].draining.has_value());
  const RunFolder next(options_, plan_);
  EventLog(next.events_path()).sweep_started(1, 4);
  EXPECT_FALSE(status().sweeps[0].draining.has_value());
}

// Trials 0 and 3 are in part 1, trials 1 and 2 in part 2.
TEST_F(RunStatusTest, MergesTheParts) {
  options_.shard = {1, 2};
  const RunFolder first(options_, plan_);
  EventLog first_events(first.events_path());
  first_events.sweep_started(3, 2);
  start(first_events, 0);
  first_events.flush();
  options_.shard = {2, 2};
  drained_sweep(5, 2, 1);
  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.state, RunState::running);
  ASSERT_EQ(status.sweeps.size(), 2U);
  EXPECT_EQ(status.sweeps[0].running, 1);
  EXPECT_EQ(status.sweeps[0].slots, 3);
  EXPECT_TRUE(status.sweeps[0].holder.has_value());
  EXPECT_FALSE(status.sweeps[1].holder.has_value());
  EXPECT_EQ(status.sweeps[1].exit_code, 75);
  EXPECT_EQ(status.board.trial(id(0)).state, TrialState::running);
  EXPECT_EQ(status.board.trial(id(1)).state, TrialState::waiting);
  const auto json = to_json(status);
  EXPECT_EQ(json.at("holders").size(), 1U);
  EXPECT_EQ(json.at("holders").at(0).at("shard"), "1/2");
  EXPECT_EQ(json.at("sweeps").at(1).at("shard"), "2/2");
}

// Part 1 was killed; a part 1 of another number then did its work.
TEST_F(RunStatusTest, WhatAnOldPartHadBegunDoesNotCountWhenItIsDone) {
  options_.shard = {1, 2};
  killed_sweep([&](EventLog& events) {
    events.sweep_started(3, 2);
    start(events, 0);
    start(events, 3);
    events.trial_ended(id(3), end_with(Outcome::crashed, "SIGSEGV"), true);
  });
  write_result(0, Outcome::completed);
  write_result(3, Outcome::diverged, 2, "NaN");
  options_.shard = {2, 2};
  const RunFolder part(options_, plan_);
  EventLog(part.events_path()).sweep_started(3, 2);
  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.board.trial(id(0)).outcome, Outcome::completed);
  EXPECT_EQ(status.board.trial(id(3)).outcome, Outcome::diverged);
  EXPECT_EQ(status.board.trial(id(3)).attempts, 2);
  EXPECT_EQ(status.board.totals().waiting, 2);
}

TEST_F(RunStatusTest, AWholeSweepAfterPartsIsTheLastOne) {
  {
    options_.shard = {1, 2};
    const RunFolder part(options_, plan_);
    EventLog events(part.events_path());
    events.sweep_started(3, 2);
    events.sweep_ended(75);
  }
  options_.shard = {};
  const RunFolder folder(options_, plan_);
  EventLog events(folder.events_path());
  events.sweep_started(1, 4);
  const auto status = StatusReader(run()).read();
  ASSERT_EQ(status.sweeps.size(), 1U);
  EXPECT_TRUE(status.sweeps[0].shard.whole());
}

// The log still tells of the sweep before, which was killed.
TEST_F(RunStatusTest, ASweepThatHasOnlyJustStartedHasNothingRunning) {
  killed_sweep([&](EventLog& events) {
    events.sweep_started(2, 4);
    start(events, 0);
  });
  const RunFolder folder(options_, plan_);
  const auto status = StatusReader(run()).read();
  EXPECT_EQ(status.state, RunState::running);
  EXPECT_EQ(status.board.totals().running, 0);
  EXPECT_EQ(status.elapsed, 0);
}

TEST_F(RunStatusTest, ARunInTheMakingIsSaid) {
  EXPECT_THAT(refusal(), HasSubstr("no such folder"));
  fs::create_directories(run().root);
  EXPECT_THAT(refusal(), HasSubstr("plan.json"));
  {
    const lnn::sweep::RunLock lock(run());
    EXPECT_TRUE(StatusReader(run()).is_starting());
    EXPECT_THAT(refusal(), HasSubstr("just starting"));
  }
  EXPECT_FALSE(StatusReader(run()).is_starting());
  EXPECT_THAT(refusal(), HasSubstr("Run its command again"));
}

TEST_F(RunStatusTest, WritesNothing) {
  { const RunFolder folder(options_, plan_); }
  const auto files = [&] {
    std::map<fs::path, fs::file_time_type> times;
    for (const auto& entry : fs::recursive_directory_iterator(run().root)) {
      times[entry.path()] = entry.last_write_time();
    }
    times[run().root] = fs::last_write_time(run().root);
    return times;
  };
  const auto before = files();
  EXPECT_EQ(StatusReader(run()).read().state, RunState::not_started);
  EXPECT_EQ(files(), before);
}

class LastSweepTest : public SweepTest {
 protected:
  fs::path log() const { return folder_ / "events.jsonl"; }
  void append(const std::string& text) const { std::ofstream(log(), std::ios::app) << text; }
  static std::string sweep_start(int slots, double time) {
    return fmt::format(R"({{"event":"sweep_start","host":"h","pid":7,"slots":{},"time":{},"waiting":2}})"
                       "\n",
                       slots, time);
  }
};

TEST_F(LastSweepTest, ReadsOnlyTheLastSweepOfALongLog) {
  const std::string line = R"({"epoch":1,"epochs":2,"event":"epoch","id":"old","time":1.5})"
                           "\n";
  append(sweep_start(1, 1));
  std::string many;
  for (int i = 0; i < 50000; ++i) many += line;
  append(many);
  // Also where its first line straddles the reader's blocks, whatever these are: at several distances to the
  // end.
  for (int padding = 0; padding < 3; ++padding) {
    append(sweep_start(5 + padding, 10 + padding));
    append(R"({"attempt":2,"event":"trial_start","id":"new","label":"a \"event\":\"sweep_start\"","time":11})"
           "\n");
    append(many.substr(0, line.size() * static_cast<std::size_t>(20000 * padding)));
    LastSweep sweep(log());
    sweep.read();
    EXPECT_EQ(sweep.slots(), 5 + padding);
    EXPECT_EQ(sweep.begin(), 10 + padding);
    EXPECT_EQ(sweep.pid(), 7);
    ASSERT_TRUE(sweep.trials().contains("new"));
    EXPECT_EQ(sweep.trials().at("new").attempt, 2);
  }
}

TEST_F(LastSweepTest, GoesOnWhereItStopped) {
  LastSweep sweep(log());
  sweep.read();
  EXPECT_FALSE(sweep.exists());
  append(sweep_start(3, 5));
  append(R"({"attempt":1,"event":"trial_start","id":"x","time":6})"
         "\n"
         R"({"epoch":4,"epochs":9,"event":"epoch","id":"x","train_total":null,"validation_to)");
  sweep.read();
  EXPECT_EQ(sweep.slots(), 3);
  EXPECT_TRUE(sweep.trials().at("x").last_epoch.empty());
  append(R"(tal":0.25,"best_validation_total":1e-2,"seconds":2,"time":7})"
         "\n"
         R"({"epoch":5,"epochs":9,"event":"epoch","id":"x","time":8})"
         "\n");
  sweep.read();
  EXPECT_EQ(sweep.trials().at("x").first_epoch, 4);
  EXPECT_EQ(lnn::sweep::epoch_of(sweep.trials().at("x").last_epoch)->epoch.epoch, 5);
  EXPECT_EQ(sweep.last(), 8);
  EXPECT_FALSE(sweep.exit_code().has_value());
  append(R"({"event":"sweep_end","exit_code":75,"time":9})"
         "\n");
  sweep.read();
  EXPECT_EQ(sweep.exit_code(), 75);
}

TEST_F(LastSweepTest, AnEpochIsReadAsItWasWritten) {
  const lnn::trial::EpochEvent written{4, 9, 0.1, 1e-30, -2.5e7, 3e-4, 0.75};
  auto json = nlohmann::json::parse(lnn::trial::to_line(written));
  json["id"] = "x";
  json["time"] = 1234.5;
  const auto read = lnn::sweep::epoch_of(json.dump());
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(nlohmann::json(read->epoch), nlohmann::json(written));
  EXPECT_EQ(read->time, 1234.5);
  json["train_total"] = nullptr;
  EXPECT_TRUE(std::isnan(lnn::sweep::epoch_of(json.dump())->epoch.train_total));
  EXPECT_FALSE(lnn::sweep::epoch_of(R"({"event":"trial_end","id":"x"})").has_value());
}

TEST_F(LastSweepTest, SkipsWhatIsDamaged) {
  append(sweep_start(3, 5));
  append("{\"event\":\"trial_start\",\"id\":\"torn\n\n\0garbage}\n{}\n[1]\n");
  append(R"({"event":"trial_start","id":"x"})"
         "\n"
         R"({"event":"trial_end","id":"x","outcome":"of a newer version","time":7})"
         "\n"
         R"({"event":"epoch","id":"x","epoch":"many","time":null})"
         "\n");
  LastSweep sweep(log());
  sweep.read();
  EXPECT_EQ(sweep.slots(), 3);
  EXPECT_FALSE(sweep.trials().contains("torn"));
  EXPECT_FALSE(sweep.trials().at("x").end.has_value());
}

}  // namespace
