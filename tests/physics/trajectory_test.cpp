#include "physics/trajectory.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "base/error.h"

namespace {

using lnn::physics::InitialState;
using lnn::physics::make_system;
using lnn::physics::reference_trajectory;
using lnn::physics::System;
using lnn::physics::Trajectory;
using testing::AllOf;
using testing::HasSubstr;
using State = std::vector<double>;

State row(const State& values, std::size_t k, std::size_t n) {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(k * n);
  return {first, first + static_cast<std::ptrdiff_t>(n)};
}

// ---- Published initial states, recomputed independently from the published code. -------------------------

struct PublishedTest {
  State q, v;
  double energy;
};

const std::map<std::string, std::vector<PublishedTest>> published{
    {"double_pendulum",
     {{{6.030877, 1.619151}, {0.073536, -0.012516}, -18.499995},
      {{2.892882, 0.649114}, {-0.061482, 0.030494}, 11.195460},
      {{0.701607, 1.244382}, {0.060890, 0.006778}, -18.108868},
      {{0.040746, 3.898519}, {0.042213, 0.043113}, -12.458283}}},
    {"triple_pendulum",
     {{{6.030877, 1.619151, 2.892882}, {0.060890, 0.006778, 0.042213}, -18.019561},
      {{0.649114, 0.701607, 1.244382}, {0.043113, -0.097075, -0.078343}, -41.522934},
      {{0.040746, 3.898519, 5.451794}, {0.063557, -0.060074, -0.091366}, -21.715125},
      {{2.748390, 1.210064, 4.099587}, {0.012250, -0.036240, -0.090400}, 25.877161}}},
    {"spring_pendulum",
     {{{1.335721, 5.988597}, {0.617803, -0.901557}, -9.368855},
      {{0.861508, 2.934422}, {0.946264, -0.004758}, 9.101995},
      {{1.052989, 0.148106}, {0.475930, -0.201805}, -10.024746},
      {{0.564184, 4.028816}, {0.679572, -0.129965}, 7.527806}}},
    {"sphere",
     {{{2.314500, 1.153982}, {-2.485941, -4.469337}, 8.499633},
      {{2.019882, 2.869634}, {3.372585, 0.068674}, 5.689079},
      {{2.159594, 5.937242}, {0.053310, -2.825357}, 2.761715},
      {{2.099387, 3.482610}, {3.063703, -4.942694}, 13.801514}}},
    {"ads4",
     {{{0, 0.735360, -0.125160, 0.706045}, {0.731686, 0.113240, 0.001381, -0.155045}, -1},
      {{0, 0.608899, 0.067780, 1.787672}, {1.979979, -0.694769, 0.443718, 0.212032}, -1},
      {{0, -0.970752, -0.783428, 2.164361}, {2.450130, 0.718165, -0.887806, -0.121326}, -1},
      {{0, -0.913659, 0.122495, 0.885210}, {1.231822, 0.822796, -0.211590, 0.109664}, -1}}},
};

constexpr double sixth_decimal = 0.5000001e-6;

void expect_published(const System& system, const InitialState& state, const PublishedTest& expected) {
  for (std::size_t j = 0; j < expected.q.size(); ++j) {
    EXPECT_NEAR(state.q[j], expected.q[j], sixth_decimal);
    EXPECT_NEAR(state.v[j], expected.v[j], sixth_decimal);
  }
  EXPECT_NEAR(system.energy(state.q, state.v), expected.energy, sixth_decimal);
}

TEST(PublishedRolloutTests, HaveThePublishedInitialStates) {
  for (const auto& [name, expected] : published) {
    SCOPED_TRACE(name);
    const auto system = make_system(name);
    const auto tests = published_rollout_tests(*system);
    ASSERT_EQ(tests.initial_states.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      SCOPED_TRACE(i);
      expect_published(*system, tests.initial_states[i], expected[i]);
    }
  }
}

TEST(PublishedRolloutTests, OfAds2StartOnTheConstraint) {
  const auto system = make_system("ads2");
  const State depth{0.505844, 2.366771, 0.706045, 2.113261};
  const State velocity{0.105534, -0.242688, 0.158892, -0.228415};
  const auto tests = published_rollout_tests(*system);
  for (std::size_t i = 0; i < depth.size(); ++i) {
    const auto& [q, v] = tests.initial_states.at(i);
    EXPECT_EQ(q[0], 0);
    EXPECT_NEAR(q[1], depth[i], sixth_decimal);
    EXPECT_NEAR(v[1], velocity[i], sixth_decimal);
    EXPECT_NEAR(system->energy(q, v), -1, sixth_decimal);
  }
}

TEST(PublishedRolloutTests, PaperBHasNone) {
  try {
    published_rollout_tests(*make_system("kepler"));
    FAIL() << "kepler has no published rollout tests";
  } catch (const lnn::UserError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("'kepler' has no published rollout tests"), HasSubstr("'ads2'")));
  }
}

// ---- Trajectories. -------------------------------------------------------------------------------------

TEST(ReferenceTrajectory, HasThePublishedNumberOfPoints) {
  const std::map<std::string, std::size_t> points{{"spring_pendulum", 500},
                                                  {"double_pendulum", 1000},
                                                  {"sphere", 400},
                                                  {"ads2", 100},
                                                  {"ads3", 100},
                                                  {"ads4", 50},
                                                  {"constant_force", 4000},
                                                  {"harmonic_oscillator", 4000}};
  for (const auto& [name, count] : points) {
    SCOPED_TRACE(name);
    const auto system = make_system(name);
    const auto tests = published_rollout_tests(*system);
    const auto& [q, v] = tests.initial_states[0];
    const Trajectory trajectory = reference_trajectory(*system, q, v, tests.grid);
    const auto n = static_cast<std::size_t>(system->dimension());
    ASSERT_EQ(trajectory.t.size(), count);
    EXPECT_EQ(trajectory.q.size(), count * n);
    EXPECT_EQ(trajectory.v.size(), count * n);
    EXPECT_EQ(row(trajectory.q, 0, n), q);
    EXPECT_EQ(row(trajectory.v, 0, n), v);
    EXPECT_DOUBLE_EQ(trajectory.t.back(), static_cast<double>(count - 1) * tests.grid.dt);
  }
}

TEST(ReferenceTrajectory, OfTheOscillatorIsACosine) {
  const Trajectory trajectory =
      reference_trajectory(*make_system("harmonic_oscillator"), {1}, {0}, {0.3, 30});
  for (std::size_t k = 0; k < trajectory.t.size(); ++k) {
    EXPECT_NEAR(trajectory.q[k], std::cos(trajectory.t[k]), 1e-9);
    EXPECT_NEAR(trajectory.v[k], -std::sin(trajectory.t[k]), 1e-9);
  }
}

TEST(ReferenceTrajectory, OfASphereIsAGreatCircle) {
  // Start on the equator toward 45 degrees: cos(theta) = -sin(w t)/sqrt(2) with w = |v|.
  const Trajectory trajectory =
      reference_trajectory(*make_system("sphere"), {std::numbers::pi / 2, 0}, {1, 1}, {0.1, 10});
  for (std::size_t k = 0; k < trajectory.t.size(); ++k) {
    const double w = std::numbers::sqrt2;
    EXPECT_NEAR(std::cos(trajectory.q[2 * k]), -std::sin(w * trajectory.t[k]) / w, 1e-8);
  }
}

TEST(ReferenceTrajectory, OfAds2IsACircleInPoincareCoordinates) {
  // From z = 1 at rest: z^2 - t^2 = 1, with z = 1/cos(tau).
  const auto system = make_system("ads2");
  const Trajectory trajectory = reference_trajectory(*system, {0, 1}, {1, 0}, {0.1, 1.4});
  for (std::size_t k = 0; k < trajectory.t.size(); ++k) {
    EXPECT_NEAR(trajectory.q[2 * k], std::tan(trajectory.t[k]), 1e-7);
    EXPECT_NEAR(trajectory.q[2 * k + 1], 1 / std::cos(trajectory.t[k]), 1e-7);
  }
}

TEST(ReferenceTrajectory, OfKeplerClosesAfterThePublishedPeriod) {
  const auto kepler = make_system("kepler");
  const State q{1, 0}, v{0, 0.6};
  const State conserved = kepler->conserved_values(q, v);
  EXPECT_NEAR(std::hypot(conserved[1], conserved[2]), 0.100854, 5e-7);

  const double period = 8.59704;
  const Trajectory trajectory = reference_trajectory(*kepler, q, v, {period, 2 * period});
  EXPECT_NEAR(trajectory.q[2], 1, 1e-5);
  EXPECT_NEAR(trajectory.q[3], 0, 1e-5);
}

TEST(ReferenceTrajectory, OfPaperBAgreesWithItsPublishedPoints) {
  // Printed by the paper's code, whose variational midpoint rule is off by the square of its fine step.
  const Trajectory cart =
      reference_trajectory(*make_system("cart_pendulum"), {0.1, 0.1}, {0, 0}, {0.01, 3.01});
  EXPECT_NEAR(cart.q[2], 0.099951749898, 1e-9);
  EXPECT_NEAR(cart.q[3], 0.100096985155, 1e-9);
  EXPECT_NEAR(cart.q[600], 0.592969427113, 1e-5);
  EXPECT_NEAR(cart.q[601], 5.194311708971, 1e-5);
  const Trajectory kepler = reference_trajectory(*make_system("kepler"), {1, 0}, {0, 0.6}, {0.1, 20.1});
  EXPECT_NEAR(kepler.q[400], -0.2508102172, 1e-5);
  EXPECT_NEAR(kepler.q[401], 0.837083743943, 1e-5);
}

/// Largest change of the energy and of each conserved quantity along a trajectory, relative to the larger of
/// 1 and its first value.
double largest_drift(const System& system, const Trajectory& trajectory) {
  const auto n = static_cast<std::size_t>(system.dimension());
  State first;
  double drift = 0;
  for (std::size_t k = 0; k < trajectory.t.size(); ++k) {
    const State q = row(trajectory.q, k, n);
    const State v = row(trajectory.v, k, n);
    State values = system.conserved_values(q, v);
    values.push_back(system.energy(q, v));
    if (k == 0) first = values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      drift = std::max(drift, std::abs(values[i] - first[i]) / std::max(1.0, std::abs(first[i])));
    }
  }
  return drift;
}

TEST(ReferenceTrajectory, KeepsEnergyAndConservedQuantities) {
  for (const std::string& name : lnn::physics::system_names()) {
    SCOPED_TRACE(name);
    const auto system = make_system(name);
    if (!has_published_rollout_tests(*system)) {
      const State q = name == "cart_pendulum" ? State{-1.1, -0.1} : State{1.1, -0.01};
      const State v = name == "cart_pendulum" ? State{0.1, -0.1} : State{0, 0.6};
      EXPECT_LT(largest_drift(*system, reference_trajectory(*system, q, v, {0.05, 20})), 1e-7);
      continue;
    }
    const auto tests = published_rollout_tests(*system);
    for (const auto& [q, v] : tests.initial_states) {
      EXPECT_LT(largest_drift(*system, reference_trajectory(*system, q, v, tests.grid)), 1e-7);
    }
  }
}

TEST(ReferenceTrajectory, SaysWhereItBreaksDown) {
  // Released at rest, the light body falls into the center after pi sqrt(1/(8 mu)) = 1.755.
  try {
    reference_trajectory(*make_system("kepler"), {1, 0}, {0, 0}, {0.1, 5});
    FAIL() << "a fall into the center has no continuation";
  } catch (const lnn::EnvironmentError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("'kepler' breaks down at t = 1.75"), HasSubstr("(q, v) =")));
  }
}

TEST(ReferenceTrajectory, RefusesImpossibleWishes) {
  const auto system = make_system("sphere");
  EXPECT_THROW(reference_trajectory(*system, {1}, {1, 1}, {0.1, 1}), lnn::UserError);
  EXPECT_THROW(reference_trajectory(*system, {1, 1}, {1, 1}, {0, 1}), lnn::UserError);
  EXPECT_THROW(reference_trajectory(*system, {1, 1}, {1, 1}, {0.1, -1}), lnn::UserError);
  EXPECT_THROW(reference_trajectory(*system, {1, 1}, {1, 1}, {0.1, 1}, {0, 1e-10}), lnn::UserError);
}

}  // namespace
