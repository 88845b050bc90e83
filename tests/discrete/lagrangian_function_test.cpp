#include "discrete/lagrangian_function.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "network/initialization.h"
#include "network/network.h"
#include "physics/system.h"
#include "tests/discrete/known_lagrangians.h"

namespace {

using namespace lnn;
using namespace lnn::discrete;
using discrete::testing::anharmonic;
using discrete::testing::cart_pendulum;
using discrete::testing::magnetic;

at::Tensor states(std::vector<double> values, int n) {
  return at::tensor(values, at::kDouble).view({-1, n});
}

double error(const at::Tensor& left, const at::Tensor& right) {
  return (left - right).abs().max().item<double>();
}

TEST(InverseModified, UndoesTheMidpointRule) {
  const at::Tensor q = states({0.3, -1.2, 2.0, 0.7}, 2);
  const at::Tensor v = states({1.5, 0.4, -0.8, 3.0}, 2);
  const double h = 0.37;
  const LagrangianFunction again = inverse_modified(midpoint_rule(cart_pendulum, h), h);
  EXPECT_LT(error(again(q, v), cart_pendulum(q, v)), 1e-13);
}

TEST(DiscreteLagrangian, IsTheNetworkOfBothPoints) {
  network::Network network({.coordinates = 2, .hidden_layers = 1, .width = 4}, at::kDouble);
  network::initialize(network);
  const at::Tensor q0 = states({0.1, 0.2}, 2);
  const at::Tensor q1 = states({0.3, 0.5}, 2);
  EXPECT_TRUE(
      discrete_lagrangian(network)(q0, q1).equal(network.lagrangian(states({0.1, 0.2, 0.3, 0.5}, 4))));
}

TEST(Hamiltonian, IsTheEnergyOfTheCart) {
  const auto system = physics::make_system("cart_pendulum");
  const std::array q{0.3, -1.2};
  const std::array v{1.5, 0.4};
  const at::Tensor H = hamiltonian(cart_pendulum)(states({q[0], q[1]}, 2), states({v[0], v[1]}, 2));
  EXPECT_NEAR(H.item<double>(), system->energy(q, v), 1e-14);
}

TEST(Acceleration, IsThatOfTheCart) {
  const auto system = physics::make_system("cart_pendulum");
  const std::array q{0.3, -1.2};
  const std::array v{1.5, 0.4};
  std::array<double, 2> a{};
  system->acceleration(q, v, a);
  const at::Tensor found = acceleration(cart_pendulum, states({q[0], q[1]}, 2), states({v[0], v[1]}, 2));
  EXPECT_LT(error(found, states({a[0], a[1]}, 2)), 1e-13);
}

TEST(Acceleration, HasTheMagneticForceWithItsSign) {
  // L = |v|^2/2 + x^2 y' - V: x'' = 2 x y' - V_x, y'' = -2 x x' - V_y.
  const double x = 0.7, y = -0.4, x_dot = 1.3, y_dot = 0.2;
  const at::Tensor found = acceleration(magnetic, states({x, y}, 2), states({x_dot, y_dot}, 2));
  EXPECT_LT(error(found, states({2 * x * y_dot - x - y * y, -2 * x * x_dot - 2 * y - 2 * x * y}, 2)), 1e-14);
}

TEST(Acceleration, IsNanWhereTheMassIsSingularAndOnlyThere) {
  const auto L = [](const at::Tensor& q, const at::Tensor& v) { return (q * v * v + q).sum(1); };
  const at::Tensor a = acceleration(L, states({0, 1}, 1), states({1, 0}, 1));
  EXPECT_TRUE(std::isnan(a[0].item<double>()));
  EXPECT_NEAR(a[1].item<double>(), 0.5, 1e-15);  // 2 q a = 1 at rest
}

TEST(Acceleration, TakesPositionsAndVelocitiesThatAreOneTensorOrComputedFromEachOther) {
  const at::Tensor q = states({0.4}, 1);
  const at::Tensor expected = acceleration(anharmonic, q, q.clone());
  EXPECT_LT(error(acceleration(anharmonic, q, q), expected), 1e-15);
  const at::Tensor variable = q.clone().requires_grad_(true);
  EXPECT_LT(error(acceleration(anharmonic, variable, variable * 1), expected), 1e-15);
}

TEST(Momenta, OfTheDiscreteLagrangianAreTheMidpointOnesUpToHalfTheForce) {
  // -D1 L_d = L_v - h/2 L_q at the midpoint.
  const at::Tensor q0 = states({0.4}, 1);
  const at::Tensor q1 = states({0.5}, 1);
  const double h = 0.2, x = 0.45, v = 0.5;
  const double force = x * v * v / 2 - x - x * x * x;
  const double p = discrete_momentum(midpoint_rule(anharmonic, h), q0, q1).item<double>();
  EXPECT_NEAR(p, (1 + x * x / 2) * v - h / 2 * force, 1e-14);
  EXPECT_NEAR(momentum(anharmonic, states({x}, 1), states({v}, 1)).item<double>(), (1 + x * x / 2) * v,
              1e-15);
}

TEST(Evaluate, PairsEveryVelocityWithItsPosition) {
  const Points q{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};
  const Points v{{10.0, 20.0}, {30.0, 40.0}};
  const auto f = [](const at::Tensor& x, const at::Tensor& y) { return (x * y).sum(1); };
  EXPECT_EQ(evaluate(f, q, v), (Eigen::Vector2d{50, 250}));
}

TEST(MidpointRule, RefusesAStepThatIsNotPositive) {
  EXPECT_THROW(midpoint_rule(anharmonic, 0), std::logic_error);
  EXPECT_THROW(inverse_modified(midpoint_rule(anharmonic, 1), std::nan("")), std::logic_error);
}

}  // namespace
