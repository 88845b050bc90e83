#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>

#include "base/error.h"
#include "slots_fixture.h"
#include "store/trial_file.h"
#include "sweep/messages.h"
#include "sweep/signals.h"

namespace {

using lnn::store::Outcome;
using lnn::sweep::TrialEnd;
using std::chrono::milliseconds;
using testing::HasSubstr;

TEST_F(LocalSlotsTest, ReportsEpochsAndTheOutcomeInTheTrialsFile) {
  EXPECT_EQ(end_of(job("ok")).outcome, Outcome::completed);
  EXPECT_EQ(epochs_, 3);
  EXPECT_EQ(record().attempts, 1);
}

TEST_F(LocalSlotsTest, ADivergedTrialSpeaksForItself) {
  const TrialEnd end = end_of(job("nan"));
  EXPECT_EQ(end.outcome, Outcome::diverged);
  EXPECT_EQ(end.reason, "the loss is NaN in epoch 2");
}

TEST_F(LocalSlotsTest, WritesTheFileForATrialThatCrashes) {
  const TrialEnd end = end_of(job("segv", 0, 2));
  EXPECT_EQ(end.outcome, Outcome::crashed);
  EXPECT_THAT(end.reason, HasSubstr("SIGSEGV"));
  const auto written = record();
  EXPECT_EQ(written.outcome, Outcome::crashed);
  EXPECT_EQ(written.reason, end.reason);
  EXPECT_EQ(written.attempts, 2);
  EXPECT_EQ(written.config, lnn::read_text_file(run().config(id_of(0))));
  EXPECT_GT(std::stod(written.provenance.at("peak_memory_mib")), 1);
  EXPECT_FALSE(written.provenance.at("host").empty());
  EXPECT_FALSE(written.provenance.at("start").empty());
}

TEST_F(LocalSlotsTest, NamesAbortAndKill) {
  EXPECT_THAT(end_of(job("abort")).reason, HasSubstr("SIGABRT"));
  EXPECT_THAT(end_of(job("kill", 0, 2)).reason, HasSubstr("possibly out of memory"));
}

TEST_F(LocalSlotsTest, AnExitCodeIsAFailureWithTheLastWords) {
  const TrialEnd end = end_of(job("exit:2"));
  EXPECT_EQ(end.outcome, Outcome::failed);
  EXPECT_EQ(end.reason, "exit code 2: fake trial: leaves with exit:2");
  EXPECT_TRUE(end.environment_problem.empty());
}

TEST_F(LocalSlotsTest, ABrokenEnvironmentIsNotTheTrialsFault) {
  const TrialEnd end = end_of(job("exit:3"));
  EXPECT_EQ(end.outcome, Outcome::interrupted);
  EXPECT_THAT(end.environment_problem, HasSubstr("leaves with exit:3"));
  EXPECT_FALSE(std::filesystem::exists(run().trial(id_of(0))));
}

TEST_F(LocalSlotsTest, ABadConfigurationIsHopeless) {
  EXPECT_TRUE(end_of(job("exit:2")).hopeless);
  EXPECT_FALSE(end_of(job("exit:1", 0, 2)).hopeless);
}

TEST_F(LocalSlotsTest, SuccessWithoutAFileIsAFailure) {
  EXPECT_THAT(end_of(job("silent")).reason, HasSubstr("without a result file"));
}

TEST_F(LocalSlotsTest, AnOldAttemptsFileIsNotTakenForANewResult) {
  end_of(job("segv"));
  const TrialEnd end = end_of(job("silent", 0, 2));
  EXPECT_EQ(end.outcome, Outcome::failed);
  EXPECT_EQ(record().attempts, 2);
}

TEST_F(LocalSlotsTest, ACommittedResultSurvivesACrashAfterwards) {
  EXPECT_EQ(end_of(job("late_crash")).outcome, Outcome::completed);
  EXPECT_EQ(record().outcome, Outcome::completed);
}

TEST_F(LocalSlotsTest, NonsenseOnStandardOutputGoesToTheLog) {
  EXPECT_EQ(end_of(job("garbage")).outcome, Outcome::completed);
  EXPECT_EQ(epochs_, 3);
  EXPECT_THAT(lnn::read_text_file(run().log(id_of(0))), HasSubstr("no JSON"));
}

TEST_F(LocalSlotsTest, EndsATrialThatTakesTooLong) {
  const TrialEnd end = end_of(job("hang", 0.2));
  EXPECT_EQ(end.outcome, Outcome::timed_out);
  EXPECT_LT(end.seconds, 2);
  EXPECT_EQ(record().outcome, Outcome::timed_out);
}

TEST_F(LocalSlotsTest, StopsWithoutAFile) {
  const TrialEnd end = end_of(job("hang"), milliseconds(2000));
  EXPECT_EQ(end.outcome, Outcome::interrupted);
  EXPECT_LT(end.seconds, 1.5);
  EXPECT_FALSE(std::filesystem::exists(run().trial(id_of(0))));
}

TEST_F(LocalSlotsTest, KillsATrialThatIgnoresTheStop) {
  const TrialEnd end = end_of(job("stubborn"), milliseconds(200));
  EXPECT_EQ(end.outcome, Outcome::interrupted);
  EXPECT_GT(end.seconds, 0.19);
}

// A launcher's signal reaches a trial that has just been started, before it has a process group of its own.
TEST_F(LocalSlotsTest, ATrialHitByTheStopSignalItselfIsInterrupted) {
  const auto plan_job = job("kill:10");
  EXPECT_EQ(end_of(plan_job).outcome, Outcome::crashed) << "nobody has asked to stop";
  std::filesystem::remove(run().trial(id_of(0)));
  const lnn::sweep::StopSignals signals;
  std::raise(SIGUSR1);
  EXPECT_EQ(end_of(plan_job).outcome, Outcome::interrupted);
  EXPECT_FALSE(std::filesystem::exists(run().trial(id_of(0))));
}

// Slurm may signal every process of a job; a real trial then saves its state and leaves with 75.
TEST_F(LocalSlotsTest, ATrialThatLeavesWith75OnTheStopSignalIsInterrupted) {
  const lnn::sweep::StopSignals signals;
  const auto plan_job = job("exit:75");
  EXPECT_EQ(end_of(plan_job).outcome, Outcome::failed) << "nobody has asked the sweep to stop";
  std::filesystem::remove(run().trial(id_of(0)));
  std::raise(SIGTERM);
  EXPECT_EQ(end_of(plan_job).outcome, Outcome::interrupted);
  EXPECT_FALSE(std::filesystem::exists(run().trial(id_of(0))));
}

TEST_F(LocalSlotsTest, ATrialIsToldWhereItsCheckpointLies) {
  end_of(job("ok"));
  EXPECT_EQ(record().provenance.at("checkpoint"), run().checkpoint(id_of(0)));
}

TEST_F(LocalSlotsTest, AMissingProgramIsAnEnvironmentProblem) {
  auto broken = job("ok");
  broken.program = "/nowhere/trial";
  EXPECT_THAT(end_of(broken).environment_problem, HasSubstr("/nowhere/trial"));
}

TEST_F(LocalSlotsTest, ATrialSeesNothingOfItsSupervisor) {
  setenv("OMPI_COMM_WORLD_RANK", "1", 1);
  const std::ofstream ours(folder_ / "open_in_the_supervisor");
  end_of(job("ok"));
  unsetenv("OMPI_COMM_WORLD_RANK");
  const auto facts = record().provenance;
  EXPECT_EQ(facts.at("launcher_variables"), "");
  EXPECT_EQ(facts.at("open_files"), "");
  EXPECT_EQ(facts.at("omp_num_threads"), "1");
  EXPECT_EQ(facts.at("process_group_leader"), "yes");
}

TEST(Messages, RoundTrip) {
  using namespace lnn::sweep;
  const SlotEvent end{
      2, "abc",
      TrialEnd{
          .outcome = Outcome::crashed, .reason = "SIGSEGV", .seconds = 1.5, .environment_problem = "disk"}};
  const auto back = slot_event_from_json(Json::parse(to_json(end).dump()));
  EXPECT_EQ(back.slot, 2);
  EXPECT_EQ(back.id, "abc");
  EXPECT_EQ(std::get<TrialEnd>(back.report).outcome, Outcome::crashed);
  EXPECT_EQ(std::get<TrialEnd>(back.report).environment_problem, "disk");

  const SlotEvent epoch{0, "abc", lnn::trial::EpochEvent{3, 30, std::nan(""), 0.5, 0.25, 1e-3, 2}};
  const auto event = std::get<lnn::trial::EpochEvent>(slot_event_from_json(to_json(epoch)).report);
  EXPECT_EQ(event.epoch, 3);
  EXPECT_TRUE(std::isnan(event.train_total));
  EXPECT_EQ(event.best_validation_total, 0.25);
}

TEST(Messages, WhatIsNoEpochIsNone) {
  using namespace lnn::sweep;
  EXPECT_FALSE(parse_epoch(Json::parse("no JSON", nullptr, false)).has_value());
  EXPECT_FALSE(parse_epoch(Json::parse(R"({"event":"epoch"})")).has_value());
  EXPECT_FALSE(parse_epoch(Json::parse(R"({"event":"epoch","epoch":"three"})")).has_value());
  EXPECT_FALSE(parse_epoch(Json::array()).has_value());
}

}  // namespace
