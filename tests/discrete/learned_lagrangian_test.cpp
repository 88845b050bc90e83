#include "discrete/learned_lagrangian.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "discrete/variational_integrator.h"
#include "network/initialization.h"

namespace lnn::discrete {
namespace {

network::Network make_network() {
  network::NetworkOptions options;
  options.coordinates = 2;
  options.branches = {network::Activation::softplus};
  options.hidden_layers = 2;
  options.width = 16;
  options.quadratic_term = 0.3;
  options.initialization = network::Initialization::custom;
  network::Network network(options, at::kDouble);
  network::initialize(network);
  return network;
}

// The derivatives of L_d's value by central differences.
void expect_consistent(const DiscreteLagrangian& L_d, const Vector& q0, const Vector& q1) {
  constexpr double step = 1e-5;
  const Jet jet = L_d.jet(q0, q1);
  for (Eigen::Index i = 0; i < 2; ++i) {
    Vector shift = Vector::Zero(2);
    shift[i] = step;
    EXPECT_NEAR((L_d.jet(q0 + shift, q1).value - L_d.jet(q0 - shift, q1).value) / (2 * step), jet.d1[i],
                1e-8);
    EXPECT_NEAR((L_d.jet(q0, q1 + shift).value - L_d.jet(q0, q1 - shift).value) / (2 * step), jet.d2[i],
                1e-8);
    const Vector column = (L_d.jet(q0, q1 + shift).d1 - L_d.jet(q0, q1 - shift).d1) / (2 * step);
    for (Eigen::Index j = 0; j < 2; ++j) EXPECT_NEAR(column[j], jet.mixed(j, i), 1e-7);
  }
}

const Vector somewhere = Eigen::Vector2d(0.3, -0.2);
const Vector near_there = Eigen::Vector2d(0.35, -0.1);

TEST(LearnedLagrangian, HasTheDerivativesOfItsValue) {
  const network::Network network = make_network();
  expect_consistent(LearnedLagrangian(network), somewhere, near_there);
}

TEST(LearnedLagrangian, KeepsItsOwnCopyOfTheNetwork) {
  const network::Network network = make_network();
  const LearnedLagrangian L_d(network);
  const double before = L_d.jet(somewhere, near_there).value;
  network.parameters().zero_();
  EXPECT_EQ(L_d.jet(somewhere, near_there).value, before);
}

TEST(MidpointLearnedLagrangian, HasTheDerivativesOfItsValue) {
  const network::Network network = make_network();
  expect_consistent(MidpointLearnedLagrangian(network, 0.1), somewhere, near_there);
}

TEST(MidpointLearnedLagrangian, OfAFreeParticleMovesStraight) {
  network::Network network = make_network();
  network.parameters().zero_();  // L = 0.3 v^2
  const RollOut rollout = roll_out(MidpointLearnedLagrangian(network, 0.1), somewhere, near_there, 5);
  ASSERT_FALSE(rollout.failure);
  for (Eigen::Index i = 0; i < 2; ++i)
    EXPECT_NEAR(rollout.q(5, i), somewhere[i] + 5 * (near_there[i] - somewhere[i]), 1e-9);
}

TEST(AffineGenerators, AreReadAsWThenMRowByRow) {
  const auto generators = affine_generators({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 2);
  ASSERT_EQ(generators.size(), 2U);
  EXPECT_EQ(generators[0].w, Eigen::Vector2d(1, 2));
  EXPECT_EQ(generators[0].M(0, 1), 4);
  EXPECT_EQ(generators[1].M(1, 0), 11);
}

}  // namespace
}  // namespace lnn::discrete
