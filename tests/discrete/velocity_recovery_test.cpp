#include "discrete/velocity_recovery.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "discrete/backward_error.h"
#include "tests/discrete/known_lagrangians.h"

namespace {

using namespace lnn;
using namespace lnn::discrete;
using discrete::testing::cart_pendulum;
using discrete::testing::harmonic;

at::Tensor column_of(std::vector<double> values) {
  return at::tensor(values, at::kDouble).unsqueeze(1);
}

// Mass 1 + v^2 (its momentum is v + v^3/3), so that Newton's method has to work.
at::Tensor heavier_when_fast(const at::Tensor& /*q*/, const at::Tensor& v) {
  return (v * v / 2 + v * v * v * v / 12).sum(1);
}

TEST(RecoverVelocities, InvertsTheLegendreTransform) {
  const at::Tensor q = at::tensor({0.3, -1.2, 2.0, 0.7}, at::kDouble).view({2, 2});
  const at::Tensor v = at::tensor({1.5, 0.4, -0.8, 3.0}, at::kDouble).view({2, 2});
  const auto found = recover_velocities(cart_pendulum, q, momentum(cart_pendulum, q, v), at::zeros_like(v));
  EXPECT_LT((found.v - v).abs().max().item<double>(), 1e-14);
  EXPECT_EQ(found.converged, (std::vector{true, true}));
  EXPECT_EQ(found.iterations, (std::vector{2, 2}));  // L_v is linear in v: the second step only confirms
}

TEST(RecoverVelocities, SolvesEveryStateAsIfAlone) {
  const at::Tensor p = column_of({0.1, 30.0});
  const at::Tensor zero = at::zeros_like(p);
  const auto both = recover_velocities(heavier_when_fast, zero, p, zero);
  const auto first =
      recover_velocities(heavier_when_fast, zero.narrow(0, 0, 1), p.narrow(0, 0, 1), zero.narrow(0, 0, 1));
  EXPECT_TRUE(both.v.narrow(0, 0, 1).equal(first.v));
  EXPECT_EQ(both.iterations[0], first.iterations[0]);
  EXPECT_GT(both.iterations[1], both.iterations[0]);
  const double fast = both.v[1].item<double>();
  EXPECT_NEAR(fast + fast * fast * fast / 3, 30, 1e-12);
  EXPECT_LT(both.residual[1], 1e-12);
}

TEST(RecoverVelocities, ReportsASingularMassAndLeavesTheOthersAlone) {
  const auto L = [](const at::Tensor& q, const at::Tensor& v) { return (q * v * v / 2).sum(1); };
  const auto found = recover_velocities(L, column_of({0, 2}), column_of({1, 1}), column_of({0, 0}));
  EXPECT_EQ(found.converged, (std::vector{false, true}));
  EXPECT_TRUE(std::isnan(found.v[0].item<double>()));
  EXPECT_NEAR(found.v[1].item<double>(), 0.5, 1e-15);
}

TEST(RecoverVelocities, ReportsThatItRanOutOfIterations) {
  const at::Tensor zero = column_of({0});
  const auto found =
      recover_velocities(heavier_when_fast, zero, column_of({30}), zero, {.max_iterations = 2});
  EXPECT_EQ(found.converged, std::vector{false});
  EXPECT_EQ(found.iterations, std::vector{2});
  EXPECT_GT(found.residual[0], 1);
}

TEST(RecoverVelocities, RefusesOptionsThatMakeNoSense) {
  const at::Tensor zero = column_of({0});
  EXPECT_THROW(recover_velocities(heavier_when_fast, zero, zero, zero, {.tolerance = 0}), UserError);
  EXPECT_THROW(recover_velocities(heavier_when_fast, zero, zero, zero, {.max_iterations = 0}), UserError);
}

// The midpoint rule's oscillation sin(Omega k h), Omega = 2 atan(omega h/2)/h, has the velocity Omega
// cos(Omega t).
double recovery_error(double h, const LagrangianFunction& L) {
  const double omega = 1.3;
  const double turn = 2 * std::atan(omega * h / 2);
  const at::Tensor q0 = column_of({std::sin(0.5)});
  const at::Tensor q1 = column_of({std::sin(0.5 + turn)});
  const at::Tensor p = discrete_momentum(midpoint_rule(harmonic(omega), h), q0, q1);
  const auto found = recover_velocities(L, q0, p, (q1 - q0) / h);
  return std::abs(found.v.item<double>() - turn / h * std::cos(0.5));
}

TEST(RecoverVelocities, IsOfOrderFourWithTheCorrectedLagrangianAndTwoWithout) {
  const auto corrected = [](double h) {
    return recovery_error(h, backward_error_corrected(harmonic(1.3), h));
  };
  EXPECT_NEAR(std::log2(corrected(0.2) / corrected(0.1)), 4, 0.1);
  const LagrangianFunction uncorrected = harmonic(1.3);
  EXPECT_NEAR(std::log2(recovery_error(0.2, uncorrected) / recovery_error(0.1, uncorrected)), 2, 0.1);
}

}  // namespace
