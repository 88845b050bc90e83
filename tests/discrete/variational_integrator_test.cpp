#include "discrete/variational_integrator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace {

using namespace lnn::discrete;
using lnn::physics::make_system;
using testing::HasSubstr;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

Vector vector(std::initializer_list<double> values) {
  Vector result(static_cast<Eigen::Index>(values.size()));
  std::ranges::copy(values, result.begin());
  return result;
}

RollOutOptions with(RootMethod method, InitialGuess guess) {
  RollOutOptions options;
  options.guess = guess;
  options.root.method = method;
  return options;
}

class Search : public testing::TestWithParam<std::tuple<RootMethod, InitialGuess>> {
 protected:
  RollOutOptions options() const { return with(std::get<0>(GetParam()), std::get<1>(GetParam())); }
};

TEST_P(Search, FollowsTheDiscreteOscillator) {
  // With x_k = cos(k theta), (1 + h^2 omega^2/4)(x_{k+1} + x_{k-1}) = 2 (1 - h^2 omega^2/4) x_k holds for
  // tan(theta/2) = h omega/2.
  const double h = 0.3, omega = 2;
  const auto oscillator = make_system("harmonic_oscillator", {{"m", 0.5}, {"k", 0.5 * omega * omega}});
  const double theta = 2 * std::atan(h * omega / 2);
  const RollOut motion =
      roll_out(MidpointLagrangian(*oscillator, h), vector({1}), vector({std::cos(theta)}), 200, options());
  EXPECT_FALSE(motion.failure);
  ASSERT_EQ(motion.q.rows(), 201);
  for (Eigen::Index k = 0; k <= 200; ++k) {
    EXPECT_NEAR(motion.q(k, 0), std::cos(static_cast<double>(k) * theta), 1e-12) << k;
  }
}

TEST_P(Search, PassesThroughRest) {
  // theta = pi/2: every second point is 0, where tolerances relative to |z| mean nothing.
  const auto oscillator = make_system("harmonic_oscillator");
  const RollOut motion =
      roll_out(MidpointLagrangian(*oscillator, 2), vector({0}), vector({1}), 20, options());
  EXPECT_FALSE(motion.failure);
  for (Eigen::Index k = 0; k <= 20; ++k)
    EXPECT_NEAR(motion.q(k, 0), std::sin(M_PI / 2 * double(k)), 1e-13) << k;
}

TEST_P(Search, KeepsKeplersAngularMomentum) {
  const auto kepler = make_system("kepler");
  const double h = 0.1;
  const RollOut motion =
      roll_out(MidpointLagrangian(*kepler, h), vector({1, 0}), vector({0.998, 0.06}), 200, options());
  ASSERT_FALSE(motion.failure);
  // The exact discrete charge of the rotation: (q_k x q_{k+1}) times a factor that only the midpoint and the
  // step set; taken from p = D2 L_d.
  const MidpointLagrangian L_d(*kepler, h);
  const auto charge = [&](Eigen::Index k) {
    const Vector p = L_d.jet(motion.q.row(k), motion.q.row(k + 1)).d2;
    return motion.q(k + 1, 0) * p[1] - motion.q(k + 1, 1) * p[0];
  };
  for (Eigen::Index k = 1; k < 200; ++k) EXPECT_NEAR(charge(k), charge(0), 1e-8) << k;
}

INSTANTIATE_TEST_SUITE_P(Choices, Search,
                         testing::Combine(testing::Values(RootMethod::hybrid, RootMethod::newton),
                                          testing::Values(InitialGuess::previous,
                                                          InitialGuess::extrapolated)),
                         [](const auto& instance) {
                           return lnn::to_name(std::get<0>(instance.param)) + "_from_" +
                                  lnn::to_name(std::get<1>(instance.param));
                         });

TEST(Guess, ExtrapolatedIsTheRootOfAFreeParticle) {
  const auto particle = make_system("free_particle");
  const MidpointLagrangian L_d(*particle, 0.5);
  const RollOutOptions options = with(RootMethod::newton, InitialGuess::extrapolated);
  const RollOut motion = roll_out(L_d, vector({0, 1}), vector({0.25, 0.75}), 9, options);
  EXPECT_EQ(motion.q(9, 0), 2.25);
  EXPECT_EQ(motion.q(9, 1), -1.25);
}

TEST(Step, InPhaseSpaceIsTheRolloutsStep) {
  const auto cart = make_system("cart_pendulum");
  const MidpointLagrangian L_d(*cart, 0.01);
  const Vector q0 = vector({0.1, 0.1}), q1 = vector({0.11, 0.13});
  const RollOut motion = roll_out(L_d, q0, q1, 2);
  const PhaseStep next = step(L_d, q1, L_d.jet(q0, q1).d2, q1);
  EXPECT_TRUE(next.root.converged());
  EXPECT_EQ(next.q, motion.q.row(2).transpose());
  EXPECT_EQ(next.p, L_d.jet(q1, next.q).d2);
  // The discrete Euler-Lagrange equations.
  EXPECT_LT((L_d.jet(q0, q1).d2 + L_d.jet(q1, next.q).d1).norm(), 1e-10);
}

/// L_d = -(q1 - q0)^2/2 up to q1 = 3, and no number beyond.
class Cliff final : public DiscreteLagrangian {
 public:
  int dimension() const override { return 1; }
  Jet jet(const Vector& q0, const Vector& q1) const override {
    const double step = q1[0] > 3 ? nan : q1[0] - q0[0];
    Matrix mixed(1, 1);
    mixed << 1;
    return {-step * step / 2, vector({step}), vector({-step}), mixed};
  }
};

/// A constant L_d, what training starts from on its plateau.
class Flat final : public DiscreteLagrangian {
 public:
  int dimension() const override { return 1; }
  Jet jet(const Vector&, const Vector&) const override {
    return {1, vector({0}), vector({1}), Matrix::Zero(1, 1)};
  }
};

TEST(RollOutFailure, SaysAtWhichStepAndWhy) {
  for (const RootMethod method : {RootMethod::hybrid, RootMethod::newton}) {
    const RollOut motion =
        roll_out(Cliff(), vector({0}), vector({1}), 10, with(method, InitialGuess::previous));
    ASSERT_TRUE(motion.failure) << lnn::to_name(method);
    EXPECT_EQ(motion.failure->step, 4);
    EXPECT_EQ(motion.failure->outcome, RootOutcome::not_finite);
    EXPECT_EQ(motion.q, (Points(4, 1) << 0, 1, 2, 3).finished());
  }
}

TEST(RollOutFailure, KnowsADegenerateLagrangian) {
  const RollOut motion =
      roll_out(Flat(), vector({0}), vector({1}), 10, with(RootMethod::newton, InitialGuess::previous));
  ASSERT_TRUE(motion.failure);
  EXPECT_EQ(motion.failure->step, 2);
  EXPECT_EQ(motion.failure->outcome, RootOutcome::singular_jacobian);
  EXPECT_EQ(motion.failure->residual, 1);
  EXPECT_EQ(motion.failure->condition, std::numeric_limits<double>::infinity());
  EXPECT_TRUE(roll_out(Flat(), vector({0}), vector({1}), 10).failure);
}

std::string refusal(const Vector& q0, const Vector& q1, int steps, const RollOutOptions& options = {}) {
  try {
    roll_out(Cliff(), q0, q1, steps, options);
  } catch (const lnn::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(RollOut, RefusesImpossibleWishes) {
  EXPECT_EQ(refusal(vector({0}), vector({1}), 1), "accepted");
  EXPECT_THAT(refusal(vector({0}), vector({1}), 0), HasSubstr("the rollout has 0 steps"));
  EXPECT_THAT(refusal(vector({0, 1}), vector({1}), 5), HasSubstr("q_0 is [0, 1] (must be 1 finite values"));
  EXPECT_THAT(refusal(vector({0}), vector({nan}), 5), HasSubstr("q_1 is [nan]"));
  RollOutOptions options;
  options.root.hybrid_tolerance = -1;
  EXPECT_THAT(refusal(vector({0}), vector({1}), 5, options), HasSubstr("hybrid_tolerance is -1"));
}

}  // namespace
