#include "sweep/event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "base/error.h"
#include "sweep_fixture.h"

namespace {

using lnn::sweep::EventLog;
using lnn::sweep::EventReader;

class EventLogTest : public SweepTest {
 protected:
  std::filesystem::path path() const { return folder_ / "events.jsonl"; }

  static lnn::sweep::TrialStatus trial(int attempt) {
    lnn::sweep::TrialStatus trial;
    trial.id = "abc";
    trial.label = "gelu";
    trial.seed = 7;
    trial.attempts = attempt;
    return trial;
  }
};

TEST_F(EventLogTest, WritesWhatHappenedInOrder) {
  {
    EventLog log(path());
    log.sweep_started(2, 5);
    log.trial_started(trial(2), 1);
    log.trial_ended("abc", {.outcome = lnn::store::Outcome::crashed, .reason = "SIGSEGV", .seconds = 1.5});
    log.sweep_ended(1);
  }
  const auto events = EventReader(path()).read_new();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[0].at("slots"), 2);
  EXPECT_EQ(events[1].at("seed"), 7);
  EXPECT_EQ(events[1].at("attempt"), 2);
  EXPECT_EQ(events[2].at("outcome"), "crashed");
  EXPECT_EQ(events[3].at("exit_code"), 1);
  for (const auto& event : events) EXPECT_GT(event.at("time"), 1e9);
}

TEST_F(EventLogTest, ThinsEpochsToOneASecond) {
  EventLog log(path());
  log.trial_started(trial(1), 0);
  for (int epoch = 1; epoch <= 100; ++epoch) log.epoch("abc", {.epoch = epoch, .epochs = 100});
  log.flush();
  EXPECT_EQ(EventReader(path()).read_new().size(), 2U);
}

TEST_F(EventLogTest, ReaderGoesOnWhereItStopped) {
  EventLog log(path());
  EventReader reader(path());
  EXPECT_TRUE(reader.read_new().empty());
  log.sweep_started(1, 1);
  EXPECT_EQ(reader.read_new().size(), 1U);
  EXPECT_TRUE(reader.read_new().empty());
  log.sweep_ended(0);
  log.flush();
  EXPECT_EQ(reader.read_new().size(), 1U);
}

TEST_F(EventLogTest, ATornLineOfAKilledWriterCostsOnlyItself) {
  { EventLog(path()).sweep_started(1, 1); }
  std::ofstream(path(), std::ios::app) << R"({"event":"epo)";
  EventReader reader(path());
  EXPECT_EQ(reader.read_new().size(), 1U);
  { EventLog(path()).sweep_started(1, 1); }
  EXPECT_EQ(reader.read_new().size(), 1U);
}

// A file that takes only so much, which is then made larger.
TEST_F(EventLogTest, WhatAFullDiskDidNotTakeIsWrittenLater) {
  EventLog log(path());
  log.sweep_started(1, 1);
  const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
  const rlimit small{std::filesystem::file_size(path()) + 20, RLIM_INFINITY};
  const auto previous = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  log.trial_started(trial(1), 0);
  log.slot_lost(0, "why");
  EXPECT_THROW(log.flush(), lnn::EnvironmentError);
  log.draining("a problem");
  EXPECT_THROW(log.flush(), lnn::EnvironmentError);
  setrlimit(RLIMIT_FSIZE, &unlimited);
  std::signal(SIGXFSZ, previous);
  log.flush();
  const auto events = EventReader(path()).read_new();
  ASSERT_EQ(events.size(), 4U) << "no line is torn";
  EXPECT_EQ(events[1].at("id"), "abc");
  EXPECT_EQ(events[3].at("event"), "drain");
}

TEST_F(EventLogTest, SaysWhichFileCannotBeOpened) {
  EXPECT_THROW(EventLog("/proc/events.jsonl"), lnn::EnvironmentError);
}

}  // namespace
