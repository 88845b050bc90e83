// The numbers that each kind of figure shows.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/figures/figures_fixture.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using figures::FiguresReport;
using figures::Numbers;
using test::block;
using test::FiguresTest;
using test::losses;
using testing::ElementsAre;
using testing::HasSubstr;

TEST_F(FiguresTest, LossesAreThoseOfTheTrials) {
  write_run();
  write_scripts("loss");
  const fs::path file = out_ / "widths_loss.dat";
  const auto seeds = block(file, "best\\_val\\_total: seed");
  ASSERT_EQ(seeds.size(), 6U);
  EXPECT_NEAR(seeds[2][0], 3.0 / 8, 1e-6);
  EXPECT_NEAR(seeds[5][0], 3.0 / 16, 1e-6);
  EXPECT_THAT(block(file, "best\\_val\\_total: median"), ElementsAre(Numbers{0.25, 0}, Numbers{0.125, 1}));
  EXPECT_THAT(block(file, "best\\_val\\_total: published"), ElementsAre(Numbers{0.5, 1}, Numbers{0.25, 1}));
}

TEST_F(FiguresTest, TrainingShowsMedianAndRangeOverSeeds) {
  write_run();
  write_scripts("training");
  const fs::path file = out_ / "widths_training.dat";
  const auto median = block(file, "width 8: x, median");
  const auto range = block(file, "width 8: x, smallest");
  ASSERT_EQ(median.size(), 40U);
  EXPECT_NEAR(median[9][1], losses(2.0 / 8)[9], 1e-5);
  EXPECT_NEAR(range[9][1], losses(1.0 / 8)[9], 1e-5);
  EXPECT_NEAR(range[9][2], losses(3.0 / 8)[9], 1e-5);
}

TEST_F(FiguresTest, InstabilityIsTakenApart) {
  write_run();
  write_scripts("instability");
  const fs::path file = out_ / "widths_instability.dat";
  // Loss = trend + residual, and a phase's deviation is that of its residuals.
  const auto curves = block(file, "epoch, training loss, trend");
  const auto residual = block(file, "epoch, residual");
  ASSERT_EQ(curves.size(), 40U);
  EXPECT_NEAR(curves[5][1] - curves[5][2], residual[5][1], 1e-5);
  const auto phases = block(file, "phase: first epoch");
  ASSERT_EQ(phases.size(), 2U);
  double mean = 0;
  double squares = 0;
  for (std::size_t i = 20; i < 40; ++i) mean += residual[i][1] / 20;
  for (std::size_t i = 20; i < 40; ++i) squares += std::pow(residual[i][1] - mean, 2) / 20;
  EXPECT_NEAR(phases[1][2], std::sqrt(squares), 1e-4 * std::sqrt(squares) + 1e-7);
}

TEST_F(FiguresTest, InstabilityNeedsAPhaseThatIsLongEnoughToSmooth) {
  write_run();
  for (const auto& planned : plan_.trials) {
    store::TrialRecord changing = record(planned);
    Numbers& phase = changing.history.front().values;
    for (std::size_t i = 0; i < phase.size(); ++i) phase[i] = static_cast<double>(i);
    store::write_trial(run_.trial(planned.id), changing);
  }
  const FiguresReport report = list({"instability"});
  EXPECT_THAT(names(report), testing::IsEmpty());
}

TEST_F(FiguresTest, RolloutsAreThoseOfTheTrialWithTheLowestLoss) {
  write_run();
  write_scripts("rollout");
  const double error = 1.0 / 16;
  const auto learned = block(out_ / "widths_rollout_1.dat", "θ₁ [rad]: t, learned");
  ASSERT_EQ(learned.size(), 4U);
  EXPECT_NEAR(learned[2][1], std::cos(2) + 2 * error, 1e-5);
  EXPECT_THAT(read_text_file(out_ / "widths_rollout_1.gp"), HasSubstr("lowest loss of 6 trials"));
}

TEST_F(FiguresTest, ErrorsOverTimeAreRelativeToTheTrueStart) {
  write_run();
  write_scripts("energy");
  write_scripts("position");
  // Width 8: the median seed's loss is 1/4, so its energy is off by 1/4 per second, of 2 J.
  const auto energy = block(out_ / "widths_energy.dat", "width 8: x, median");
  ASSERT_EQ(energy.size(), 3U);
  EXPECT_NEAR(energy[1][1], 0.25, 1e-6);
  const auto position = block(out_ / "widths_position.dat", "width 8: x, median");
  EXPECT_NEAR(position[1][1], 2 * 0.25 * 2, 1e-6);
}

}  // namespace
