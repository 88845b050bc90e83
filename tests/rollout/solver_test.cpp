#include "rollout/solver.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"

namespace {

using namespace lnn;
using rollout::Outcome;
using rollout::Solution;
using testing::HasSubstr;

constexpr double pi = std::numbers::pi;

std::vector<double> times(double dt, int count) {
  std::vector<double> t;
  for (int k = 0; k < count; ++k) t.push_back(dt * k);
  return t;
}

// One equation for every coordinate: a_i = f(q_i, v_i).
template <class Function>
rollout::Accelerations each(Function f) {
  return [f](std::span<const double> q, std::span<const double> v, std::span<double> a) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = f(q[i], v[i]);
  };
}

TEST(Solve, FollowsAnOscillationWithinItsTolerances) {
  const auto oscillator = physics::make_system("harmonic_oscillator");
  const Solution solution = rollout::solve(*oscillator, each([](double q, double) { return -q; }), {{1}, {0}},
                                           times(0.01, 2000), {});
  ASSERT_EQ(solution.outcome, Outcome::completed);
  ASSERT_EQ(solution.points.t.size(), 2000U);
  EXPECT_DOUBLE_EQ(solution.time_reached, 19.99);
  for (std::size_t k = 0; k < 2000; k += 37) {
    EXPECT_NEAR(solution.points.q[k], std::cos(0.01 * static_cast<double>(k)), 2e-5);
    EXPECT_NEAR(solution.points.v[k], -std::sin(0.01 * static_cast<double>(k)), 2e-5);
  }
  EXPECT_GT(solution.steps, 20);
  EXPECT_LT(solution.steps, 1000);
}

TEST(Solve, TighterTolerancesGiveASmallerError) {
  const auto oscillator = physics::make_system("harmonic_oscillator");
  const auto error = [&](double tolerance) {
    const Solution solution =
        rollout::solve(*oscillator, each([](double q, double) { return -q; }), {{1}, {0}}, times(0.1, 101),
                       {.tolerances = {tolerance, tolerance}});
    return std::abs(solution.points.q.back() - std::cos(10.0));
  };
  EXPECT_LT(error(1e-10), error(1e-6) / 100);
}

TEST(Solve, ShowsTheModelAnglesInOneTurnWhileTheSolutionGrows) {
  const auto pendulum = physics::make_system("double_pendulum");
  double lowest = 1e9;
  double highest = -1e9;
  const rollout::Accelerations free = [&](std::span<const double> q, std::span<const double>,
                                          std::span<double> a) {
    for (const double angle : q) {
      lowest = std::min(lowest, angle);
      highest = std::max(highest, angle);
    }
    a[0] = a[1] = 0;
  };
  const Solution solution = rollout::solve(*pendulum, free, {{0.5, -1}, {3, -2}}, times(0.1, 101), {});
  EXPECT_NEAR(solution.points.q[200], 30.5, 1e-9);
  EXPECT_NEAR(solution.points.q[201], -21, 1e-9);
  EXPECT_GE(lowest, 0);
  EXPECT_LT(highest, 2 * pi);
}

TEST(Solve, LeavingTheChartIsAnOutcomeWithTimeAndState) {
  const auto spring = physics::make_system("spring_pendulum");
  const Solution solution = rollout::solve(*spring, each([](double, double) { return 0.0; }),
                                           {{1, 0}, {-1, 0}}, times(0.1, 100), {});
  EXPECT_EQ(solution.outcome, Outcome::left_domain);
  EXPECT_THAT(solution.reason, HasSubstr("r has left its chart at t = "));
  EXPECT_LE(solution.time_reached, 1.0);
  EXPECT_GE(solution.points.t.size(), 1U);
  for (std::size_t k = 0; k < solution.points.t.size(); ++k) EXPECT_GT(solution.points.q[2 * k], 0);
}

TEST(Solve, BlowingUpIsAnOutcome) {
  const auto oscillator = physics::make_system("harmonic_oscillator");
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Solution never =
      rollout::solve(*oscillator, each([=](double, double) { return nan; }), {{1}, {0}}, times(0.1, 10), {});
  EXPECT_NE(never.outcome, Outcome::completed);
  EXPECT_EQ(never.points.t.size(), 1U);
  EXPECT_FALSE(never.reason.empty());
  // q'' = q'^2 from q' = 1 is singular at t = 1.
  const Solution later = rollout::solve(*oscillator, each([](double, double v) { return v * v; }), {{0}, {1}},
                                        times(0.1, 30), {});
  EXPECT_NE(later.outcome, Outcome::completed);
  EXPECT_NEAR(later.time_reached, 1, 0.05);
}

TEST(Solve, GivesUpAfterTheAllowedSteps) {
  const auto oscillator = physics::make_system("harmonic_oscillator");
  const Solution solution = rollout::solve(*oscillator, each([](double q, double) { return -1e8 * q; }),
                                           {{1}, {0}}, times(0.1, 1000), {.max_steps = 50});
  EXPECT_EQ(solution.outcome, Outcome::step_limit);
  EXPECT_NEAR(static_cast<double>(solution.steps), 51, 1);
  EXPECT_THAT(solution.reason, HasSubstr("at t = "));
}

TEST(Solve, RefusesAnImpossibleTask) {
  const auto oscillator = physics::make_system("harmonic_oscillator");
  const auto still = each([](double, double) { return 0.0; });
  EXPECT_THROW(rollout::solve(*oscillator, still, {{1, 2}, {0}}, {0}, {}), UserError);
  EXPECT_THROW(rollout::solve(*oscillator, still, {{1}, {0}}, {0}, {.tolerances = {0, 1e-6}}), UserError);
  EXPECT_THROW(rollout::solve(*oscillator, still, {{1}, {0}}, {0}, {.max_steps = 0}), UserError);
}

}  // namespace
