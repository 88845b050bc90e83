#include "rollout/rollout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"

namespace {

using namespace lnn;
using physics::System;
using rollout::Errors;
using rollout::Outcome;
using rollout::Reference;
using rollout::Rollout;

rollout::Accelerations truth(const System& system) {
  return [&system](std::span<const double> q, std::span<const double> v, std::span<double> a) {
    system.acceleration(q, v, a);
  };
}

rollout::Options published(const System& system) {
  rollout::Options options;
  options.grid = physics::published_rollout_tests(system).grid;
  return options;
}

const physics::Box wide{{-1e9, 1e9}, {-1e9, 1e9}};

// Independent estimates, 0 where the motion is regular. They were made with another solver and another
// measure of distance; a difference of some folding times is what that amounts to.
void expect_chaos_times(const char* name, const std::vector<double>& expected) {
  const auto system = physics::make_system(name);
  const auto references = rollout::references(*system, published(*system));
  ASSERT_EQ(references.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (expected[i] == 0) {
      EXPECT_TRUE(std::isnan(references[i].chaos_time)) << name << " test " << i + 1;
    } else {
      EXPECT_NEAR(references[i].chaos_time, expected[i], 0.35 * expected[i]) << name << " test " << i + 1;
    }
  }
}

TEST(References, KnowWhenTheMotionOfThePendulumsIsChaotic) {
  expect_chaos_times("double_pendulum", {0, 10.8, 0, 0});
  expect_chaos_times("triple_pendulum", {12.1, 0, 19.4, 8.6});
}

TEST(References, AreNoneWhereNoneAreAskedFor) {
  const auto kepler = physics::make_system("kepler");
  rollout::Options options;
  options.tests = rollout::Tests::none;
  EXPECT_TRUE(rollout::references(*kepler, options).empty());
}

TEST(RollOut, OfTheTruthHasOnlyTheSolversError) {
  for (const char* name : {"constant_force", "harmonic_oscillator", "sphere", "ads4"}) {
    const auto system = physics::make_system(name);
    const auto sampling = physics::published_sampling(*system).training;
    for (Reference& reference : rollout::references(*system, published(*system))) {
      const Rollout result = rollout::roll_out(*system, truth(*system), std::move(reference), {});
      const Errors errors = rollout::measure(*system, result, sampling.q_box, sampling.v_box);
      EXPECT_EQ(result.model.outcome, Outcome::completed) << name << ": " << result.model.reason;
      EXPECT_LT(errors.position_max, 0.02) << name;
      EXPECT_LT(errors.energy_max, 1e-3) << name;
      EXPECT_TRUE(std::isnan(errors.divergence_time)) << name;
      EXPECT_GE(errors.position_max, errors.position_mean);
      EXPECT_GE(errors.energy_max, errors.energy_final);
    }
  }
}

// A reference that stands still at q = (0, 0), and a model that moves away with constant velocity.
Rollout made_by_hand() {
  Rollout rollout;
  rollout.reference.start = {{0, 0}, {0, 0}};
  rollout.reference.points = {{0, 1, 2, 3}, std::vector<double>(8, 0.0), std::vector<double>(8, 0.0)};
  rollout.model.points = {{0, 1, 2}, {0, 0, 0.04, -0.04, 0.08, -0.08}, std::vector<double>(6, 0.0)};
  rollout.model.outcome = Outcome::blew_up;
  rollout.energy_true = {-2, -2, -2, -2};
  rollout.energy_model = {-2, -1.5, -3};
  return rollout;
}

TEST(Measure, AddsUpCoordinatesOverThePointsThatTheModelReached) {
  const auto system = physics::make_system("double_pendulum");
  const Errors errors = rollout::measure(*system, made_by_hand(), wide, wide);
  EXPECT_NEAR(errors.position_max, 0.16, 1e-15);
  EXPECT_NEAR(errors.position_mean, (0 + 0.08 + 0.16) / 3, 1e-15);
  EXPECT_EQ(errors.divergence_time, 2);
  EXPECT_NEAR(errors.energy_max, 0.5, 1e-15);
  EXPECT_NEAR(errors.energy_mean, (0 + 0.25 + 0.5) / 3, 1e-15);
  EXPECT_TRUE(std::isnan(errors.energy_final));
  EXPECT_EQ(errors.drift_true, 0);
  EXPECT_NEAR(errors.drift_model, std::sqrt(7.0 / 18), 1e-12);
  EXPECT_EQ(errors.outside_box, 0);
}

TEST(Measure, CountsReferencePointsOutsideTheTrainingBoxWithAnglesInOneTurn) {
  const auto system = physics::make_system("double_pendulum");
  Rollout rollout = made_by_hand();
  rollout.reference.points.q = {-0.5, 1, 7, 1, 1, 13, 1, 1};  // -0.5 -> 5.78, 7 -> 0.72, 13 -> 0.43
  rollout.reference.points.v = {0, 0, 0, 0, 0, 0, 11, 0};
  const physics::Box q_box{{0, 5}, {0, 5}};
  const physics::Box v_box{{-10, 10}, {-10, 10}};
  EXPECT_EQ(rollout::measure(*system, rollout, q_box, v_box).outside_box, 0.5);
}

TEST(RollOut, SaysWhyThereIsNoTruth) {
  const auto kepler = physics::make_system("kepler");
  const Reference reference = rollout::make_reference(*kepler, {{0, 0}, {0, 0}}, {0.1, 2});  // the center
  EXPECT_NE(reference.failure.find("kepler"), std::string::npos);
  const Rollout result = rollout::roll_out(*kepler, truth(*kepler), reference, {});
  const Errors errors = rollout::measure(*kepler, result, wide, wide);
  EXPECT_TRUE(std::isnan(errors.position_mean));
  EXPECT_TRUE(std::isnan(errors.energy_final));
  EXPECT_TRUE(std::isnan(errors.outside_box));
}

}  // namespace
