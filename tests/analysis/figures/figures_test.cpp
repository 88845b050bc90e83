// Which figures of a run are drawn, what of a run they leave out, and how bad input is met.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "tests/analysis/figures/figures_fixture.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using figures::FiguresReport;
using figures::Numbers;
using test::block;
using test::FiguresTest;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(FiguresTest, ListsWhatAppliesAndWhyTheRestDoesNot) {
  write_run();
  const FiguresReport report = list();
  EXPECT_THAT(names(report),
              ElementsAre("widths_loss", "widths_training", "widths_instability", "widths_rollout_1",
                          "widths_rollout_2", "widths_methods_1", "widths_methods_2", "widths_gallery",
                          "widths_position", "widths_energy"));
  EXPECT_EQ(report.applied.size(), figures::figure_kinds().size());
  for (const auto& one : report.applied) EXPECT_EQ(one.names.empty(), !one.why_not.empty()) << one.kind.name;
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(FiguresTest, SaysWhenTrialsAreMissingAndLeavesDamagedOnesOut) {
  write_run();
  fs::remove(run_.trial(trial(8, 1).id));
  std::ofstream(run_.trial(trial(16, 1).id), std::ios::app) << "more";
  write_scripts("loss");
  EXPECT_THAT(
      read_text_file(out_ / "widths_loss.gp"),
      testing::AllOf(HasSubstr("(partial: 4 of 6 trials)"), HasSubstr("(2 of 3)"), HasSubstr("2 seeds")));
  EXPECT_EQ(block(out_ / "widths_loss.dat", "best\\_val\\_total: seed").size(), 4U);
}

TEST_F(FiguresTest, AnUnfinishedRunHasNothingToDraw) {
  write_run();
  for (const auto& one : plan_.trials) fs::remove(run_.trial(one.id));
  EXPECT_TRUE(names(list()).empty());
}

TEST_F(FiguresTest, ArmsOfOneSystemAreComparedAndNotShownOneByOne) {
  write_run({{"paper", {{"section", "A, IV.9"}}}});
  EXPECT_THAT(names(list()), ElementsAre("widths_loss", "widths_training", "widths_instability",
                                         "widths_position", "widths_energy"));
}

TEST_F(FiguresTest, SelectsByKindExperimentOrFigure) {
  write_run();
  EXPECT_THAT(names(list({"loss"})), ElementsAre("widths_loss"));
  EXPECT_THAT(names(list({"widths_rollout_2", "energy"})), ElementsAre("widths_rollout_2", "widths_energy"));
  EXPECT_EQ(names(list({"widths"})).size(), 10U);
  try {
    list({"lossy"});
    FAIL() << "an unknown figure was accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Did you mean 'loss'?"));
  }
}

TEST_F(FiguresTest, RefusesArraysOfAnotherShape) {
  write_run();
  store::TrialRecord bad = record(trial(16, 1));
  bad.groups[0].arrays[2].shape = {2, 4};
  store::write_trial(run_.trial(bad.id), bad);
  try {
    list({"rollout"});
    FAIL() << "a transposed trajectory was drawn";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rollouts/1"));
    EXPECT_THAT(error.what(), HasSubstr("'q_model'"));
  }
}

TEST_F(FiguresTest, RefusesAnExperimentThatIsNoFileName) {
  write_run();
  std::string plan = experiment::to_json(plan_).dump();
  for (auto at = plan.find("\"widths\""); at != std::string::npos; at = plan.find("\"widths\"", at))
    plan.replace(at, 8, "\"../x\"");
  write_text_file(run_.plan(), plan);
  EXPECT_THROW(list(), UserError);
}

}  // namespace
