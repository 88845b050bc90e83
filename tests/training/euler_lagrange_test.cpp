#include "training/euler_lagrange.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace lnn;
using training::Motion;

// A jet with one sample: M, c = L_vq v in the last column, L_q.
jets::Jet make_jet(const at::Tensor& mass, const at::Tensor& mixed, const at::Tensor& l_q) {
  const std::int64_t n = l_q.numel();
  return {at::zeros({1}, at::kDouble), at::cat({l_q, at::zeros({n}, at::kDouble)}).unsqueeze(0),
          at::cat({mass, mixed.unsqueeze(1)}, 1).unsqueeze(0)};
}

at::Tensor vector(std::vector<double> values) {
  return at::tensor(values, at::kDouble);
}

TEST(LagrangianTangents, AreTheVelocityDirectionsAndTheMotionItself) {
  const at::Tensor x = vector({1, 2, 3, 4}).view({1, 4});
  const jets::Tangents tangents = training::lagrangian_tangents(x);
  EXPECT_EQ(tangents.rows, 2);
  EXPECT_TRUE(
      tangents.directions.equal(vector({0, 0, 1, 0, /**/ 0, 0, 0, 1, /**/ 3, 4, 0, 0}).view({1, 3, 4})));
}

TEST(SolveMotion, SolvesAnIndefiniteSystem) {
  const Motion motion =
      training::solve_motion(make_jet(vector({1, 2, 2, 1}).view({2, 2}), vector({1, 1}), vector({5, 3})));
  // M = [1 2; 2 1] has eigenvalues -1 and 3; force (4, 2); a = M^-1 force = (0, 2).
  EXPECT_NEAR(motion.eigenvalues[0], -1, 1e-14);
  EXPECT_NEAR(motion.eigenvalues[1], 3, 1e-14);
  EXPECT_NEAR(motion.acceleration[0], 0, 1e-14);
  EXPECT_NEAR(motion.acceleration[1], 2, 1e-14);
  EXPECT_EQ(motion.negative_eigenvalues(0), 1);
  EXPECT_NEAR(motion.condition_number(0), 3, 1e-13);
}

TEST(SolveMotion, UsesThePseudoInverseOfASingularMassMatrix) {
  const at::Tensor mass = vector({1, 1, 1, 1}).view({2, 2});  // range spanned by (1, 1), eigenvalue 2
  const Motion motion = training::solve_motion(make_jet(mass, vector({0, 0}), vector({3, 1})));
  EXPECT_NEAR(motion.acceleration[0], 1, 1e-14);
  EXPECT_NEAR(motion.acceleration[1], 1, 1e-14);
  EXPECT_GT(motion.condition_number(0), 1e15);
}

TEST(SolveMotion, HandlesRepeatedEigenvaluesAndTheZeroMatrix) {
  const Motion repeated =
      training::solve_motion(make_jet(2 * at::eye(3, at::kDouble), vector({0, 0, 0}), vector({2, 4, 6})));
  EXPECT_NEAR(repeated.acceleration[2], 3, 1e-15);
  const Motion zero =
      training::solve_motion(make_jet(at::zeros({1, 1}, at::kDouble), vector({0}), vector({5})));
  EXPECT_EQ(zero.acceleration[0], 0);
  EXPECT_TRUE(std::isinf(zero.condition_number(0)));
}

TEST(SolveMotion, TurnsNonFiniteMatricesIntoNan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Motion motion =
      training::solve_motion(make_jet(vector({nan, 0, 0, 1}).view({2, 2}), vector({0, 0}), vector({1, 1})));
  EXPECT_TRUE(std::isnan(motion.acceleration[0]));
}

// The functional's value for a jet: what an engine would differentiate.
double apply(const jets::Functional& functional, const jets::Jet& jet) {
  double sum = (functional.first * jet.gradient).sum().item<double>();
  for (const auto& term : functional.mixed) {
    sum += (term.u.unsqueeze(2) * term.v.unsqueeze(1) * jet.second).sum().item<double>();
  }
  for (std::size_t e = 0; e < functional.squares.samples.size(); ++e) {
    const at::Tensor w = functional.squares.directions[static_cast<std::int64_t>(e)];
    const at::Tensor mass = jet.second[functional.squares.samples[e]].narrow(1, 0, w.size(0));
    sum += (functional.squares.weights[static_cast<std::int64_t>(e)] * w.dot(at::mv(mass, w))).item<double>();
  }
  return sum;
}

// abar . da along a direction of jets (dM symmetric) against the finite difference of the solution itself.
void expect_derivative(const jets::Jet& jet, const jets::Jet& direction, const std::vector<double>& abar) {
  const auto shifted = [&](double h) {
    return training::solve_motion(
        {jet.value, jet.gradient + h * direction.gradient, jet.second + h * direction.second});
  };
  const double h = 1e-6;
  const Motion up = shifted(h);
  const Motion down = shifted(-h);
  double expected = 0;
  for (std::size_t i = 0; i < abar.size(); ++i) {
    expected += abar[i] * (up.acceleration[i] - down.acceleration[i]) / (2 * h);
  }
  jets::Functional functional = training::zero_functional(jet);
  training::add_acceleration_terms(training::solve_motion(jet), abar, functional);
  EXPECT_NEAR(apply(functional, direction), expected, 1e-8 * std::max(1.0, std::abs(expected)));
}

TEST(AccelerationTerms, AreTheDerivativeOfTheSolution) {
  const jets::Jet jet = make_jet(vector({2, 0.5, 0.5, -1}).view({2, 2}), vector({0.3, -0.2}), vector({1, 2}));
  const jets::Jet direction =
      make_jet(vector({0.4, -0.7, -0.7, 0.9}).view({2, 2}), vector({0.1, 0.6}), vector({-1, 3}));
  expect_derivative(jet, direction, {0.8, -1.3});
}

TEST(AccelerationTerms, AreTheDerivativeOfThePseudoInverseAtConstantRank) {
  // Along this direction M keeps rank one: M(h) = w w^T with w = (1 + h, 1 - 2 h), up to second order in h.
  const jets::Jet jet = make_jet(vector({1, 1, 1, 1}).view({2, 2}), vector({0.3, -0.2}), vector({1, 2}));
  const std::vector<double> abar{0.8, -1.3};
  const auto at_h = [&](double h) {
    const double a = 1 + h;
    const double b = 1 - 2 * h;
    return make_jet(vector({a * a, a * b, a * b, b * b}).view({2, 2}), vector({0.3, -0.2}), vector({1, 2}));
  };
  const double h = 1e-6;
  const Motion up = training::solve_motion(at_h(h));
  const Motion down = training::solve_motion(at_h(-h));
  const double expected = (abar[0] * (up.acceleration[0] - down.acceleration[0]) +
                           abar[1] * (up.acceleration[1] - down.acceleration[1])) /
                          (2 * h);
  jets::Functional functional = training::zero_functional(jet);
  training::add_acceleration_terms(training::solve_motion(jet), abar, functional);
  const jets::Jet direction = make_jet(vector({2, -1, -1, -4}).view({2, 2}), vector({0, 0}), vector({0, 0}));
  EXPECT_NEAR(apply(functional, direction), expected, 1e-8);
}

TEST(MassTerms, AreTheTraceWithTheGradient) {
  const jets::Jet jet = make_jet(vector({2, 0.5, 0.5, -1}).view({2, 2}), vector({0.3, -0.2}), vector({1, 2}));
  jets::Functional functional = training::zero_functional(jet);
  training::add_mass_terms(training::solve_motion(jet), {1, 2, 2, -3}, functional);
  EXPECT_NEAR(apply(functional, jet), 1 * 2 + 2 * 0.5 + 2 * 0.5 + -3 * -1, 1e-14);
}

}  // namespace
