#include "physics/mass_matrix.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using lnn::physics::make_system;
using lnn::physics::mass_matrix;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::Pointwise;

using Values = std::vector<double>;

TEST(MassMatrix, OfADoublePendulumCouplesTheAngles) {
  const auto system = make_system("double_pendulum", {{"m1", 2}, {"m2", 3}, {"l1", 0.5}, {"l2", 4}});
  const double coupling = 3 * 0.5 * 4 * std::cos(0.4 - 1.1);
  const Values expected{5 * 0.25, coupling, coupling, 3 * 16.0};
  EXPECT_THAT(mass_matrix(*system, Values{0.4, 1.1}), Pointwise(DoubleNear(1e-12), expected));
}

TEST(MassMatrix, OfATriplePendulumIsWhatThePaperPrints) {
  const Values q{0.3, 1.7, -0.8};
  const double carried[3][3] = {{3, 2, 1}, {2, 2, 1}, {1, 1, 1}};
  const Values mass = mass_matrix(*make_system("triple_pendulum"), q);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 3; ++j)
      EXPECT_NEAR(mass[3 * i + j], carried[i][j] * std::cos(q[i] - q[j]), 1e-12);
}

TEST(MassMatrix, OfGeodesicsIsTheMetric) {
  const double sine = std::sin(0.7);
  EXPECT_THAT(mass_matrix(*make_system("sphere", {{"m", 3}, {"R", 2}}), Values{0.7, 1}),
              Pointwise(DoubleNear(1e-13), Values{12, 0, 0, 12 * sine * sine}));
  const double warp = 9 / (0.5 * 0.5);
  EXPECT_THAT(mass_matrix(*make_system("ads3", {{"Lr", 3}}), Values{7, -2, 0.5}),
              Pointwise(DoubleNear(1e-6), Values{-warp, 0, 0, 0, warp, 0, 0, 0, warp}));
}

TEST(MassMatrix, OfOneCoordinateIsTheMass) {
  EXPECT_THAT(mass_matrix(*make_system("harmonic_oscillator", {{"m", 2.5}, {"k", 100}}), Values{3}),
              ElementsAre(DoubleNear(2.5, 1e-12)));
}

TEST(MassMatrix, IgnoresALargePotential) {
  // 1e-3 m from the attracting center the potential is more than a thousand times the kinetic energy.
  const auto kepler = make_system("kepler");
  const double m2 = kepler->constants()[2].value;
  EXPECT_THAT(mass_matrix(*kepler, Values{1e-3, 0}), Pointwise(DoubleNear(1e-10 * m2), Values{m2, 0, 0, m2}));
}

}  // namespace
