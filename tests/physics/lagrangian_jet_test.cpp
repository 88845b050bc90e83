// Exact derivatives against central differences of the Lagrangian and of the exact gradient.

#include "physics/lagrangian_jet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/differentiation/finite_difference.hpp>
#include <cmath>

#include "base/error.h"
#include "physics/system.h"

namespace {

using lnn::physics::LagrangianJet;
using lnn::physics::make_system;
using lnn::physics::System;
using testing::HasSubstr;

using Values = std::vector<double>;

/// Published constants, each changed by another factor, so that none of them hides behind a 1.
std::unique_ptr<const System> with_odd_constants(const std::string& name) {
  std::map<std::string, double> constants;
  double factor = 1;
  const auto published = make_system(name);
  for (const auto& constant : published->constants()) {
    constants[constant.name] = constant.value * (factor += 0.17);
  }
  return make_system(name, constants);
}

/// A state (q, v) off all symmetry axes, n values each.
Values state(int n) {
  const Values all{0.7, -0.4, 0.9, 1.3};
  Values x(all.begin(), all.begin() + n);
  x.insert(x.end(), all.end() - n, all.end());
  return x;
}

LagrangianJet jet_at(const System& system, const Values& x) {
  const std::span all(x);
  return system.lagrangian_jet(all.first(x.size() / 2), all.last(x.size() / 2));
}

double lagrangian_at(const System& system, const Values& x) {
  const std::span all(x);
  return system.lagrangian(all.first(x.size() / 2), all.last(x.size() / 2));
}

template <class F>
double partial(const F& function, Values x, std::size_t i) {
  const auto along = [&](double t) {
    x[i] = t;
    return function(x);
  };
  return boost::math::differentiation::finite_difference_derivative<decltype(along), double, 6>(along, x[i]);
}

class Jet : public testing::TestWithParam<std::string> {};

TEST_P(Jet, HasTheLagrangiansDerivatives) {
  const auto system = with_odd_constants(GetParam());
  ASSERT_TRUE(system->has_lagrangian_jet());
  const Values x = state(system->dimension());
  const LagrangianJet jet = jet_at(*system, x);
  const double scale = 1 + std::abs(jet.value);
  EXPECT_NEAR(jet.value, lagrangian_at(*system, x), 1e-14 * scale);
  ASSERT_EQ(jet.gradient.size(), x.size());
  ASSERT_EQ(jet.hessian.rows(), x.size());
  ASSERT_EQ(jet.hessian.cols(), x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const auto lagrangian = [&](const Values& at) { return lagrangian_at(*system, at); };
    EXPECT_NEAR(jet.gradient[row], partial(lagrangian, x, i), 1e-11 * scale) << i;
    for (std::size_t j = 0; j < x.size(); ++j) {
      const auto slope = [&](const Values& at) { return jet_at(*system, at).gradient[row]; };
      EXPECT_NEAR(jet.hessian(row, static_cast<Eigen::Index>(j)), partial(slope, x, j), 1e-10 * scale)
          << i << j;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Systems, Jet,
                         testing::Values("cart_pendulum", "constant_force", "double_pendulum",
                                         "free_particle", "harmonic_oscillator", "isotropic_oscillator",
                                         "kepler"),
                         [](const auto& instance) { return instance.param; });

TEST(LagrangianJet, OfKeplerIsNotFiniteAtTheCenter) {
  EXPECT_FALSE(jet_at(*make_system("kepler"), {0, 0, 1, 1}).hessian.allFinite());
}

TEST(LagrangianJet, IsRefusedWithTheNamesOfThoseThatHaveIt) {
  const auto ads2 = make_system("ads2");
  EXPECT_FALSE(ads2->has_lagrangian_jet());
  try {
    jet_at(*ads2, {0, 1, 1, 0});
    FAIL() << "ads2 has no derivatives";
  } catch (const lnn::UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("'ads2' has no exact second derivatives"));
    EXPECT_THAT(error.what(),
                HasSubstr("Use one of 'cart_pendulum', 'constant_force', 'double_pendulum', "
                          "'free_particle', 'harmonic_oscillator', 'isotropic_oscillator', 'kepler'."));
  }
}

TEST(Capacity, HoldsEverySystem) {
  for (const std::string& name : lnn::physics::system_names())
    EXPECT_LE(make_system(name)->dimension(), lnn::physics::max_dimension) << name;
}

}  // namespace
