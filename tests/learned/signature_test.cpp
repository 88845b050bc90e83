#include "learned/signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "known_models.h"

namespace {

using namespace lnn;
using namespace lnn::learned;
using testing::Each;
using testing::ElementsAre;

constexpr double pi = std::numbers::pi;

// Angles 0 (at the seam) and pi (not); nine panels of four points.
SignatureGrid tiny_grid() {
  return {{0, pi}, {{{-10, 0, 10}, {-5, 0, 5}}}};
}

std::vector<std::vector<double>> everywhere(double determinant) {
  return std::vector(9, std::vector(4, determinant));
}

TEST(HasTwoFreeAngles, IsTrueOfTheDoublePendulumAlone) {
  for (const std::string& name : physics::system_names())
    EXPECT_EQ(has_two_free_angles(*physics::make_system(name)), name == "double_pendulum") << name;
}

TEST(SignatureGrid, IsThatOfFigure4) {
  const SignatureGrid grid = published_signature_grid({{-10, 10}, {-7, 8}});
  EXPECT_EQ(grid.points(), 10'000);
  EXPECT_EQ(grid.angles.front(), 0);
  EXPECT_DOUBLE_EQ(grid.angles.back(), 2 * pi);
  EXPECT_THAT(grid.velocities[1], ElementsAre(-7, 0, 8));
}

TEST(SignatureGrid, HasTheFirstCoordinatesVelocityInThePanelsRow) {
  const States states = panel_states(tiny_grid(), 5);  // i = 1, j = 2
  EXPECT_THAT(states.q, ElementsAre(0, 0, 0, pi, pi, 0, pi, pi));
  EXPECT_THAT(states.v, ElementsAre(0, 5, 0, 5, 0, 5, 0, 5));
}

TEST(CompareSigns, FindsNothingWrongWhereSignsAgree) {
  const SignatureMap map = compare_signs(tiny_grid(), everywhere(-3), {-1, -1e-9, -2, -1});
  EXPECT_EQ(map.share, 0);
  EXPECT_EQ(map.edge_share, 0);
  EXPECT_THAT(map.wrong, Each(0));
}

TEST(CompareSigns, CountsPointsAndMarksPanels) {
  auto learned = everywhere(1);
  learned[0][1] = -1;  // angles (0, pi), both velocities at the edge
  learned[8][1] = 0;   // the same; a singular matrix has no right sign
  learned[8][3] = -1;  // angles (pi, pi): not at the seam
  learned[1][0] = -1;  // second velocity 0: not at the edge
  const SignatureMap map = compare_signs(tiny_grid(), learned, {1, 1, 1, 1});
  EXPECT_THAT(map.wrong, ElementsAre(2, 1 + 256, 0, 256));
  EXPECT_DOUBLE_EQ(map.share, 4 / 36.0);
  EXPECT_DOUBLE_EQ(map.edge_share, 2 / 12.0);  // four panels with three points at the seam
}

TEST(CompareSigns, HasNoShareWhereADeterminantIsNotFinite) {
  auto learned = everywhere(1);
  learned[4][3] = std::numeric_limits<double>::quiet_NaN();  // far from the edge
  const SignatureMap map = compare_signs(tiny_grid(), learned, {1, 1, 1, 1});
  EXPECT_TRUE(std::isnan(map.share));
  EXPECT_EQ(map.edge_share, 0);
  EXPECT_THAT(map.wrong, ElementsAre(0, 0, 0, 16));
}

TEST(Determinants, AreThoseOfEachMatrix) {
  EXPECT_THAT(determinants(std::vector<double>{1, 2, 2, 3, 5, 0, 0, 6}), ElementsAre(-1, 30));
}

TEST(SignatureMap, AsksTheModelAtEveryPoint) {
  const auto pendulum = physics::make_system("double_pendulum");
  // det M = +4, the sign of a mass matrix and of its negative, and -4.
  const Model negative = sum_of_squares({{-1, {0, 0, 1, 0}}, {-1, {0, 0, 0, 1}}}, {1, 1});
  const Model indefinite = sum_of_squares({{-1, {0, 0, 1, 0}}, {1, {0, 0, 0, 1}}}, {2, 3});
  EXPECT_EQ(signature_map(negative, *pendulum, tiny_grid()).share, 0);
  const SignatureMap map = signature_map(indefinite, *pendulum, tiny_grid());
  EXPECT_EQ(map.share, 1);
  EXPECT_EQ(map.edge_share, 1);
  EXPECT_THAT(map.wrong, Each(511));
}

TEST(SignatureGroup, HoldsTheMapWithItsAxesAndVelocities) {
  const SignatureGrid grid = tiny_grid();
  const store::ArrayGroup group =
      signature_group(*physics::make_system("double_pendulum"), grid, {{1, 2, 3, 4}, 0, 0});
  EXPECT_EQ(group.family, "learned");
  EXPECT_EQ(group.name, "signature");
  EXPECT_EQ(group.facts.at("velocities_theta2"), "-5 rad/s, 0 rad/s, 5 rad/s");
  ASSERT_EQ(group.arrays.size(), 3);
  EXPECT_EQ(group.arrays[1].name, "theta2");
  EXPECT_EQ(group.arrays[1].values, grid.angles);
  EXPECT_EQ(group.arrays[2].name, "wrong");
  EXPECT_THAT(group.arrays[2].shape, ElementsAre(2, 2));
  EXPECT_THAT(group.arrays[2].values, ElementsAre(1, 2, 3, 4));
}

}  // namespace
