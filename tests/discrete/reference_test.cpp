// Reference motions against the numbers that paper B's notebooks print, and against exact motions.

#include "discrete/reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "discrete/published_trajectories.h"
#include "physics/sampling.h"

namespace {

using namespace lnn::discrete;
using lnn::physics::make_system;
using testing::HasSubstr;
using Values = std::vector<double>;

ReferenceTrajectory whole_motion(const lnn::physics::System& system, bool training = true) {
  const PublishedTrajectories published = published_trajectories(system);
  const auto& [q0, v0] = training ? published.training : published.test;
  ReferenceOptions options = published.grid;
  options.steps = published.total_steps;
  return midpoint_trajectory(system, q0, v0, options);
}

Values row(const Points& points, Eigen::Index k) {
  return {points.row(k).begin(), points.row(k).end()};
}

void expect_point(const Points& q, Eigen::Index k, double first, double second, double error) {
  EXPECT_NEAR(q(k, 0), first, error) << k;
  EXPECT_NEAR(q(k, 1), second, error) << k;
}

/// The true energy at q_1 with a central difference for the velocity.
double energy_at_1(const lnn::physics::System& system, const Points& q, double h) {
  const Values v{(q(2, 0) - q(0, 0)) / (2 * h), (q(2, 1) - q(0, 1)) / (2 * h)};
  return system.energy(row(q, 1), v);
}

TEST(PaperB, CartPendulumMovesAsPrinted) {
  const auto cart = make_system("cart_pendulum");
  const ReferenceTrajectory motion = whole_motion(*cart);
  ASSERT_EQ(motion.q.rows(), 301);
  EXPECT_EQ(row(motion.q, 0), (Values{0.1, 0.1}));
  expect_point(motion.q, 1, 0.099951749898, 0.100096985155, 5e-13);
  // The rule divides differences of positions by a step of 1e-4, so that rounding grows: the same steps in 64
  // instead of 53 bits end 8e-11 and 3e-9 away.
  expect_point(motion.q, 200, 0.231701507818, 6.118877425016, 1e-10);
  expect_point(motion.q, 300, 0.592969427113, 5.194311708971, 5e-9);
  // The central difference divides q's last digits by 0.02.
  EXPECT_NEAR(energy_at_1(*cart, motion.q, 0.01), 9.760990920207284, 2e-13);
  for (Eigen::Index k = 0; k <= 300; ++k) {
    EXPECT_NEAR(motion.p(k, 0), 0, 4e-8) << k;
    EXPECT_NEAR(cart->conserved_values(row(motion.q, k), row(motion.v, k))[0], motion.p(k, 0), 1e-13) << k;
  }
}

TEST(PaperB, KeplerMovesAsPrinted) {
  const auto kepler = make_system("kepler");
  const ReferenceTrajectory motion = whole_motion(*kepler);
  ASSERT_EQ(motion.q.rows(), 201);
  EXPECT_EQ(row(motion.q, 0), (Values{1, 0}));
  expect_point(motion.q, 1, 0.997998565751, 0.059959960737, 5e-13);
  expect_point(motion.q, 50, -0.674703057656, -0.485284477975, 2e-12);
  expect_point(motion.q, 200, -0.2508102172, 0.837083743943, 5e-11);
  EXPECT_NEAR(energy_at_1(*kepler, motion.q, 0.1), -22.06203761307301, 2e-12);
  // The paper's charge of the rotation, p^T M q with M = (0, 1; -1, 0)/sqrt(2).
  for (Eigen::Index k = 0; k <= 200; ++k) {
    const double charge =
        (motion.p(k, 0) * motion.q(k, 1) - motion.p(k, 1) * motion.q(k, 0)) / std::numbers::sqrt2;
    EXPECT_NEAR(charge, -60 / std::numbers::sqrt2, 1e-5) << k;
    EXPECT_NEAR(motion.v(k, 0), motion.p(k, 0) / 100, 1e-14);
  }
}

TEST(PaperB, MomentaStartAsTrueOnes) {
  const auto cart = make_system("cart_pendulum");
  const ReferenceTrajectory motion = whole_motion(*cart, false);
  const double coupling = std::cos(-0.1);
  EXPECT_NEAR(motion.p(0, 0), coupling * -0.1 + 2 * 0.1, 1e-15);
  EXPECT_NEAR(motion.p(0, 1), -0.1 + coupling * 0.1, 1e-15);
  EXPECT_NEAR(motion.v(0, 0), 0.1, 1e-15);
  EXPECT_NEAR(motion.v(0, 1), -0.1, 1e-15);
}

TEST(Reference, FollowsTheExactOscillator) {
  const auto oscillator = make_system("isotropic_oscillator");
  const ReferenceTrajectory motion = whole_motion(*oscillator);
  ASSERT_EQ(motion.q.rows(), 201);
  for (Eigen::Index k = 0; k <= 200; ++k) {
    const double t = 0.1 * static_cast<double>(k);
    // The midpoint rule's phase error is (h/100)^2 t/12.
    EXPECT_NEAR(motion.q(k, 0), std::cos(t), 2e-6) << k;
    EXPECT_NEAR(motion.q(k, 1), 0.6 * std::sin(t), 2e-6) << k;
    EXPECT_NEAR(motion.v(k, 0), -std::sin(t), 2e-6) << k;
    EXPECT_NEAR(motion.v(k, 1), 0.6 * std::cos(t), 2e-6) << k;
  }
}

TEST(Reference, FollowsTheExactLine) {
  const auto particle = make_system("free_particle", {{"m", 3}});
  const ReferenceTrajectory motion = whole_motion(*particle);
  expect_point(motion.q, 50, 0.5, 0.2, 1e-11);
  expect_point(motion.q, 200, 3.5, 1.7, 1e-11);
  EXPECT_NEAR(motion.p(200, 1), 0.3, 1e-12);
}

TEST(Reference, StaysInTheSamplingBoxes) {
  for (const char* name : {"cart_pendulum", "free_particle", "isotropic_oscillator", "kepler"}) {
    const auto system = make_system(name);
    ASSERT_TRUE(has_published_trajectories(*system));
    const lnn::physics::SamplingOptions box = lnn::physics::published_sampling(*system).training;
    for (const bool training : {true, false}) {
      const ReferenceTrajectory motion = whole_motion(*system, training);
      for (Eigen::Index i = 0; i < system->dimension(); ++i) {
        const auto& q = box.q_box[static_cast<std::size_t>(i)];
        const auto& v = box.v_box[static_cast<std::size_t>(i)];
        EXPECT_GT(motion.q.col(i).minCoeff(), q.low) << name;
        EXPECT_LT(motion.q.col(i).maxCoeff(), q.high) << name;
        EXPECT_GT(motion.v.col(i).minCoeff(), v.low) << name;
        EXPECT_LT(motion.v.col(i).maxCoeff(), v.high) << name;
      }
    }
  }
}

TEST(PublishedTrajectories, AreRefusedForOtherSystems) {
  const auto sphere = make_system("sphere");
  EXPECT_FALSE(has_published_trajectories(*sphere));
  try {
    published_trajectories(*sphere);
    FAIL() << "the sphere has none";
  } catch (const lnn::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'sphere' has no published trajectories"));
    EXPECT_THAT(error.what(),
                HasSubstr("'cart_pendulum', 'free_particle', 'isotropic_oscillator', 'kepler'"));
  }
}

std::string refusal(const ReferenceOptions& options, const Values& q0 = {1, 0}, const Values& v0 = {0, 0.6},
                    const char* system = "kepler") {
  try {
    midpoint_trajectory(*make_system(system), q0, v0, options);
  } catch (const lnn::UserError& error) {
    return error.what();
  } catch (const lnn::EnvironmentError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Reference, RefusesImpossibleWishes) {
  EXPECT_EQ(refusal({.h = 0.1, .steps = 2, .substeps = 1}), "accepted");
  EXPECT_THAT(refusal({.h = 0}), HasSubstr("h is 0 (must be a positive, finite number)"));
  EXPECT_THAT(refusal({.h = std::numeric_limits<double>::infinity()}), HasSubstr("h is inf"));
  EXPECT_THAT(refusal({.steps = 1}),
              HasSubstr("steps is 1 (the discrete Euler-Lagrange equations need three points)"));
  EXPECT_THAT(refusal({.substeps = 0}), HasSubstr("substeps is 0"));
  EXPECT_THAT(refusal({.newton_tolerance = -1}), HasSubstr("newton_tolerance is -1"));
  EXPECT_THAT(refusal({.newton_iterations = 0}), HasSubstr("newton_iterations is 0"));
  EXPECT_THAT(refusal({}, {1}), HasSubstr("the initial q of 'kepler' is [1] (must be 2 finite values"));
  EXPECT_THAT(refusal({}, {1, 0}, {0, std::nan("")}), HasSubstr("the initial v of 'kepler' is [0, nan]"));
  EXPECT_THAT(refusal({}, {1, 1}, {0, 0}, "sphere"), HasSubstr("'sphere' has no exact second derivatives"));
}

TEST(Reference, SaysWhereItEnds) {
  // Released at rest, the light body falls into the center after 1.755 s.
  EXPECT_THAT(refusal({.h = 0.1, .steps = 50}, {1, 0}, {0, 0}),
              HasSubstr("the reference motion of 'kepler' ends at t = 1.75"));
}

}  // namespace
