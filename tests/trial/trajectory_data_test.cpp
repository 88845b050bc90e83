// What trials on trajectories learn from.
#include "trial/trajectory_data.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace {

using namespace lnn;
using discrete::ReferenceTrajectory;
using discrete::TrajectoryOptions;

TrajectoryOptions few_steps() {
  return {.q = {0.1, 0.1},
          .v = {0.0, 0.5},
          .count = 3,
          .q_spread = {0.3, 0.0},
          .v_spread = {0.0, 0.2},
          .steps = 4,
          .time_step = 0.05,
          .substeps = 5,
          .noise = 0,
          .seed = 7,
          .test_q = {-1.1, -0.1},
          .test_v = {0.1, -0.1}};
}

const physics::System& cart() {
  static const auto system = physics::make_system("cart_pendulum");
  return *system;
}

void expect_same(const std::vector<ReferenceTrajectory>& one, const std::vector<ReferenceTrajectory>& other) {
  ASSERT_EQ(one.size(), other.size());
  for (std::size_t i = 0; i < one.size(); ++i) EXPECT_EQ(one[i].q, other[i].q) << "trajectory " << i;
}

TEST(TrainingTrajectories, StartWithinTheSpreadAroundTheGivenState) {
  TrajectoryOptions options = few_steps();
  options.count = 40;
  options.steps = 2;
  double lowest = 1;
  double highest = -1;
  for (const ReferenceTrajectory& trajectory : trial::training_trajectories(cart(), options)) {
    const double from_center = trajectory.q(0, 0) - 0.1;
    lowest = std::min(lowest, from_center);
    highest = std::max(highest, from_center);
    EXPECT_EQ(trajectory.q(0, 1), 0.1) << "no spread";
    EXPECT_NEAR(trajectory.v(0, 0), 0, 1e-12);
    EXPECT_LE(std::abs(trajectory.v(0, 1) - 0.5), 0.2 + 1e-12);
  }
  EXPECT_GE(lowest, -0.3);
  EXPECT_LT(lowest, -0.2);
  EXPECT_LE(highest, 0.3);
  EXPECT_GT(highest, 0.2);
}

TEST(TrainingTrajectories, DependOnTheirSeedAndNotOnTheNoise) {
  TrajectoryOptions options = few_steps();
  const auto first = trial::training_trajectories(cart(), options);
  expect_same(first, trial::training_trajectories(cart(), options));
  options.noise = 0.5;
  expect_same(first, trial::training_trajectories(cart(), options));
  options.seed = 8;
  EXPECT_NE(first[0].q, trial::training_trajectories(cart(), options)[0].q);
}

TEST(TrainingTrajectories, StayTheSameWhenMoreAreAdded) {
  TrajectoryOptions options = few_steps();
  auto more = options;
  more.count = 5;
  auto all = trial::training_trajectories(cart(), more);
  all.resize(3);
  expect_same(trial::training_trajectories(cart(), options), all);
}

TEST(ExtendedTrajectory, ContinuesTheFirstOfTheTraining) {
  const auto training = trial::training_trajectories(cart(), few_steps());
  const ReferenceTrajectory extended = trial::extended_trajectory(cart(), few_steps(), 9);
  EXPECT_EQ(extended.q.rows(), 10);
  EXPECT_EQ(extended.q.topRows(5), training[0].q);
}

TEST(TestTrajectory, HasItsOwnStartAndTheTrainingsLength) {
  const ReferenceTrajectory test = trial::test_trajectory(cart(), few_steps());
  EXPECT_EQ(test.q.rows(), 5);
  EXPECT_EQ(test.q(0, 0), -1.1);
  EXPECT_EQ(test.q(0, 1), -0.1);
}

TEST(TrainingTrajectories, RefuseStepsAndStatesThatMakeNoSense) {
  TrajectoryOptions options = few_steps();
  options.time_step = 0;
  EXPECT_THROW(trial::training_trajectories(cart(), options), UserError);
  options = few_steps();
  options.test_q = {1};
  EXPECT_THROW(trial::test_trajectory(cart(), options), UserError);
}

TEST(AddNoise, HasTheDeviationAndLeavesVelocitiesAlone) {
  const auto system = physics::make_system("free_particle");
  TrajectoryOptions options = few_steps();
  options.count = 50;
  options.steps = 40;
  options.substeps = 1;
  options.noise = 0.01;
  const auto clean = trial::training_trajectories(*system, options);
  auto noisy = clean;
  trial::add_noise(noisy, options);
  double sum = 0;
  double squares = 0;
  double neighbors = 0;
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const discrete::Points noise = noisy[i].q - clean[i].q;
    sum += noise.sum();
    squares += noise.squaredNorm();
    neighbors += noise.topRows(40).cwiseProduct(noise.bottomRows(40)).sum();
    EXPECT_EQ(noisy[i].v, clean[i].v);
    EXPECT_EQ(noisy[i].p, clean[i].p);
  }
  const double numbers = 50 * 41 * 2;  // standard errors of 1.6 % of the deviation and less
  EXPECT_NEAR(std::sqrt(squares / numbers), 0.01, 0.05 * 0.01);
  EXPECT_NEAR(sum / numbers, 0, 0.06 * 0.01);
  EXPECT_NEAR(neighbors / numbers, 0, 0.06 * 1e-4) << "independent";
  auto again = clean;
  trial::add_noise(again, options);
  expect_same(noisy, again);
}

TEST(AddNoise, OfZeroChangesNothing) {
  const auto clean = trial::training_trajectories(cart(), few_steps());
  auto noisy = clean;
  trial::add_noise(noisy, few_steps());
  expect_same(clean, noisy);
}

TEST(TriplesOf, AreThreePointsOfOneTrajectoryInARow) {
  const auto trajectories = trial::training_trajectories(cart(), few_steps());
  const training::StateSet set = trial::triples_of(trajectories);
  ASSERT_EQ(set.size(), 3 * (4 - 1));
  ASSERT_EQ(set.x.size(1), 4);
  ASSERT_EQ(set.a.size(1), 2);
  for (std::int64_t row = 0; row < set.size(); ++row) {
    const discrete::Points& q = trajectories[static_cast<std::size_t>(row / 3)].q;
    const Eigen::Index k = row % 3;
    for (std::int64_t i = 0; i < 2; ++i) {
      EXPECT_EQ(set.x[row][i].item<double>(), q(k, i));
      EXPECT_EQ(set.x[row][2 + i].item<double>(), q(k + 1, i));
      EXPECT_EQ(set.a[row][i].item<double>(), q(k + 2, i));
    }
  }
}

// The equations of motion of paper facts B.5, with m1 = m2 = l = 1.
void expect_cart_accelerations(const training::StateSet& set) {
  for (std::int64_t row = 0; row < set.size(); ++row) {
    const double phi = set.x[row][1].item<double>();
    const double phi_dot = set.x[row][3].item<double>();
    const double s_2 = set.a[row][0].item<double>();
    const double phi_2 = set.a[row][1].item<double>();
    EXPECT_NEAR(2 * s_2 + std::cos(phi) * phi_2, phi_dot * phi_dot * std::sin(phi), 1e-11);
    EXPECT_NEAR(std::cos(phi) * s_2 + phi_2, 9.81 * std::sin(phi), 1e-11);
  }
}

TEST(StatesOf, AreAllPointsWithTheirTrueAccelerations) {
  const auto trajectories = trial::training_trajectories(cart(), few_steps());
  const training::StateSet set = trial::states_of(cart(), trajectories, discrete::Velocities::velocities);
  ASSERT_EQ(set.size(), 3 * 5);
  for (std::int64_t row = 0; row < set.size(); ++row) {
    const ReferenceTrajectory& trajectory = trajectories[static_cast<std::size_t>(row / 5)];
    for (std::int64_t i = 0; i < 2; ++i) {
      EXPECT_EQ(set.x[row][i].item<double>(), trajectory.q(row % 5, i));
      EXPECT_EQ(set.x[row][2 + i].item<double>(), trajectory.v(row % 5, i));
    }
  }
  expect_cart_accelerations(set);
}

// Paper B's slip on its own trajectory: the cart's momentum is 0, the pendulum's between 0 and 5.07 (paper
// facts B.4).
TEST(StatesOf, TakeMomentaForVelocitiesAsPaperBsCodeDoes) {
  TrajectoryOptions options = few_steps();
  options.count = 1;
  options.q_spread = options.v_spread = {0, 0};
  options.v = {0, 0};
  options.steps = 200;
  options.time_step = 0.01;
  const auto trajectories = trial::training_trajectories(cart(), options);
  const training::StateSet set = trial::states_of(cart(), trajectories, discrete::Velocities::momenta);
  EXPECT_LT(set.x.select(1, 2).abs().max().item<double>(), 1e-6);
  EXPECT_NEAR(set.x.select(1, 3).max().item<double>(), 5.07, 0.01);
  EXPECT_GT(set.x.select(1, 3).min().item<double>(), -1e-9);
  expect_cart_accelerations(set);
}

}  // namespace
