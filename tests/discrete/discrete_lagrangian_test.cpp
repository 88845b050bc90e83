#include "discrete/discrete_lagrangian.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/differentiation/finite_difference.hpp>
#include <limits>

#include "base/error.h"

namespace {

using namespace lnn::discrete;
using lnn::physics::make_system;
using testing::HasSubstr;

/// Sixth-order central difference of f by component i of x.
template <class F>
double partial(const F& function, Vector x, Eigen::Index i) {
  const auto along = [&](double t) {
    x[i] = t;
    return function(x);
  };
  return boost::math::differentiation::finite_difference_derivative<decltype(along), double, 6>(along, x[i]);
}

Vector points(int n, double first, double second) {
  Vector q(n);
  for (Eigen::Index i = 0; i < n; ++i) q[i] = i == 0 ? first : second;
  return q;
}

TEST(MidpointLagrangian, OfAnOscillatorIsWhatTheRuleSays) {
  const auto oscillator = make_system("harmonic_oscillator", {{"m", 2}, {"k", 3}});
  const double h = 0.1, q0 = 0.4, q1 = 0.7;
  const Jet jet = MidpointLagrangian(*oscillator, h).jet(points(1, q0, 0), points(1, q1, 0));
  EXPECT_NEAR(jet.value, h * (2 * 3.0 * 3.0 / 2 - 3 * 0.55 * 0.55 / 2), 1e-14);
  EXPECT_NEAR(jet.d1[0], -2 * (q1 - q0) / h - h * 3 * (q0 + q1) / 4, 1e-13);
  EXPECT_NEAR(jet.d2[0], 2 * (q1 - q0) / h - h * 3 * (q0 + q1) / 4, 1e-13);
  EXPECT_NEAR(jet.mixed(0, 0), -2 / h - h * 3 / 4, 1e-13);
}

class Derivatives : public testing::TestWithParam<const char*> {};

TEST_P(Derivatives, AreThoseOfTheValue) {
  const auto system = make_system(GetParam());
  const MidpointLagrangian L_d(*system, 0.3);
  const int n = L_d.dimension();
  ASSERT_EQ(n, system->dimension());
  const Vector q0 = points(n, 0.7, -0.4);
  const Vector q1 = points(n, 0.9, 0.2);
  const Jet jet = L_d.jet(q0, q1);
  const double scale = 1 + std::abs(jet.value);
  for (Eigen::Index i = 0; i < n; ++i) {
    const auto by_q0 = [&](const Vector& q) { return L_d.jet(q, q1).value; };
    const auto by_q1 = [&](const Vector& q) { return L_d.jet(q0, q).value; };
    EXPECT_NEAR(jet.d1[i], partial(by_q0, q0, i), 1e-10 * scale);
    EXPECT_NEAR(jet.d2[i], partial(by_q1, q1, i), 1e-10 * scale);
    for (Eigen::Index j = 0; j < n; ++j) {
      const auto slope = [&](const Vector& q) { return L_d.jet(q0, q).d1[i]; };
      EXPECT_NEAR(jet.mixed(i, j), partial(slope, q1, j), 1e-9 * scale) << i << j;
    }
  }
}

// The cart couples positions and velocities, so that its mixed derivatives are not symmetric.
INSTANTIATE_TEST_SUITE_P(Systems, Derivatives,
                         testing::Values("cart_pendulum", "double_pendulum", "kepler", "constant_force"));

std::string refusal(const char* system, double h) {
  try {
    MidpointLagrangian(*make_system(system), h);
  } catch (const lnn::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MidpointLagrangian, RefusesImpossibleWishes) {
  EXPECT_EQ(refusal("kepler", 0.1), "accepted");
  EXPECT_THAT(refusal("kepler", 0), HasSubstr("the time step h is 0 (must be a positive"));
  EXPECT_THAT(refusal("kepler", std::numeric_limits<double>::quiet_NaN()), HasSubstr("h is nan"));
  EXPECT_THAT(refusal("sphere", 0.1), HasSubstr("'sphere' has no exact second derivatives"));
}

}  // namespace
