#include "physics/system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"

namespace {

using lnn::physics::make_system;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

std::string message_of(std::string_view system, const std::map<std::string, double>& constants) {
  try {
    make_system(system, constants);
  } catch (const lnn::UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SystemNames, ListsAllThirteenSorted) {
  EXPECT_THAT(lnn::physics::system_names(),
              ElementsAre("ads2", "ads3", "ads4", "cart_pendulum", "constant_force", "double_pendulum",
                          "free_particle", "harmonic_oscillator", "isotropic_oscillator", "kepler", "sphere",
                          "spring_pendulum", "triple_pendulum"));
}

TEST(SystemNames, AreWhatTheSystemsCallThemselves) {
  for (const std::string& name : lnn::physics::system_names()) {
    EXPECT_EQ(make_system(name)->name(), name);
  }
}

TEST(System, OnlyAntiDeSitterSpaceHasTimeAndItComesFirst) {
  for (const std::string& name : lnn::physics::system_names()) {
    SCOPED_TRACE(name);
    const auto system = make_system(name);
    const auto& coordinates = system->coordinates();
    EXPECT_EQ(system->lorentzian(), name.starts_with("ads"));
    EXPECT_EQ(coordinates.front().time, name.starts_with("ads"));
    for (std::size_t i = 1; i < coordinates.size(); ++i) EXPECT_FALSE(coordinates[i].time);
  }
}

TEST(System, WrapsTheCoordinatesThatThePublishedCodeWraps) {
  const std::map<std::string, std::vector<bool>> published{
      {"ads4", {false, false, false, false}}, {"cart_pendulum", {false, true}},
      {"double_pendulum", {true, true}},      {"sphere", {true, true}},
      {"spring_pendulum", {false, true}},     {"triple_pendulum", {true, true, true}}};
  for (const auto& [name, expected] : published) {
    std::vector<bool> angles;
    const auto system = make_system(name);
    for (const auto& coordinate : system->coordinates()) angles.push_back(coordinate.angle);
    EXPECT_EQ(angles, expected) << name;
  }
}

TEST(System, TakesOtherConstants) {
  const auto spring = make_system("spring_pendulum", {{"rest_length", 2}, {"g", 0}});
  std::vector<double> a(2);
  spring->acceleration(std::vector{2.5, 1.0}, std::vector{0.0, 0.0}, a);
  EXPECT_THAT(a, ElementsAre(-20, 0));
  EXPECT_EQ(spring->constants()[3].value, 2);
}

TEST(System, RefusesAnUnknownNameAndSaysTheNearest) {
  EXPECT_THAT(message_of("duoble_pendulum", {}),
              AllOf(HasSubstr("'duoble_pendulum'"), HasSubstr("Did you mean 'double_pendulum'?")));
}

TEST(System, RefusesAnUnknownConstantAndSaysTheNearest) {
  EXPECT_THAT(message_of("spring_pendulum", {{"rest_lenght", 1}}),
              AllOf(HasSubstr("constant of spring_pendulum"), HasSubstr("Did you mean 'rest_length'?"),
                    HasSubstr("'m', 'k', 'g', 'rest_length'")));
}

TEST(System, RefusesImpossibleConstants) {
  EXPECT_EQ(
      message_of("double_pendulum", {{"m2", -1}}),
      "constant 'm2' of 'double_pendulum' is -1 (lower mass, must be a positive, finite number). Give it "
      "another value or leave it out.");
  EXPECT_THAT(message_of("kepler", {{"G", 0}}), HasSubstr("constant 'G' of 'kepler' is 0"));
  EXPECT_THAT(message_of("sphere", {{"R", std::numeric_limits<double>::infinity()}}), HasSubstr("is inf"));
  EXPECT_THAT(message_of("double_pendulum", {{"g", std::nan("")}}), HasSubstr("must be a finite number"));
}

TEST(System, GravityMayPointUpward) {
  EXPECT_EQ(message_of("double_pendulum", {{"g", -9.8}}), "no error");
}

TEST(AntiDeSitter, ConstraintMakesTwiceTheLagrangianMinusOne) {
  const auto ads4 = make_system("ads4", {{"Lr", 1.5}});
  const std::vector<double> q{0.3, -2, 1, 0.7};
  std::vector<double> v{99, 0.5, -0.25, 2};
  ads4->apply_constraint(q, v);
  EXPECT_DOUBLE_EQ(v[0], std::sqrt(0.25 + 0.0625 + 4 + 0.49 / 2.25));
  // The Lagrangian's own z + 1e-9 costs 2e-9/z.
  EXPECT_NEAR(ads4->energy(q, v), -1, 5e-9);
}

TEST(Constraint, LeavesOtherSystemsAlone) {
  std::vector<double> v{1, 2};
  make_system("sphere")->apply_constraint(std::vector{1.0, 1.0}, v);
  EXPECT_THAT(v, ElementsAre(1, 2));
}

TEST(Sphere, IsFiniteAtThePole) {
  std::vector<double> a(2);
  make_system("sphere")->acceleration(std::vector{0.0, 1.0}, std::vector{1.0, 1.0}, a);
  EXPECT_DOUBLE_EQ(a[1], -2e9);
}

TEST(Kepler, IsNotFiniteAtTheCenter) {
  std::vector<double> a(2);
  make_system("kepler")->acceleration(std::vector{0.0, 0.0}, std::vector{1.0, 1.0}, a);
  EXPECT_FALSE(std::isfinite(a[0]));
}

TEST(PaperB, EnergyAndSymmetryAtTheStartAreThePublishedOnes) {
  const auto cart = make_system("cart_pendulum");
  EXPECT_DOUBLE_EQ(cart->energy(std::vector{0.1, 0.1}, std::vector{0.0, 0.0}), 9.760990861377433);

  // The paper's charge is the angular momentum over -sqrt(2).
  const auto kepler = make_system("kepler");
  const std::vector<double> q{1, 0}, v{0, 0.6};
  EXPECT_NEAR(kepler->energy(q, v), -22.038, 5e-4);
  EXPECT_NEAR(-kepler->conserved_values(q, v)[0] / std::numbers::sqrt2, -42.4264, 5e-5);
}

}  // namespace
