#include "experiment/box.h"

#include <numbers>

#include "expect_error.h"

namespace {

using lnn::UserError;
using lnn::experiment::canonical_box;
using lnn::experiment::Json;
using lnn::testing::message_of;
constexpr double pi = std::numbers::pi;

double lower_bound_of(const std::string& text) {
  return canonical_box(Json{text, 100}, "x").at(0).get<double>();
}

TEST(Box, EvaluatesMultiplesOfPi) {
  EXPECT_DOUBLE_EQ(lower_bound_of("pi"), pi);
  EXPECT_DOUBLE_EQ(lower_bound_of("-pi/2"), -pi / 2);
  EXPECT_DOUBLE_EQ(lower_bound_of("5pi/2"), 2.5 * pi);
  EXPECT_DOUBLE_EQ(lower_bound_of("+2pi"), 2 * pi);
  EXPECT_DOUBLE_EQ(lower_bound_of("0.9*pi"), 0.9 * pi);
}

TEST(Box, RefusesOtherTexts) {
  for (const std::string text : {"", "pie", "2", "pi/", "pi/0", "1e3", "2 pi", "--pi"}) {
    EXPECT_THROW(lower_bound_of(text), UserError) << text;
  }
}

TEST(Box, RefusesImpossibleIntervals) {
  for (const char* text : {"[]", "3", "[1]", "[1, 1]", "[2, 1]", "[0, 1, \"log\"]", "[1, 2, \"lin\"]",
                           "[1, 2, 3]", "[[0, 1], 2]", "[null, 1]"}) {
    EXPECT_THROW(canonical_box(Json::parse(text), "x"), UserError) << text;
  }
  EXPECT_EQ(
      message_of<UserError>([] {
        canonical_box(Json{2, 1}, "x.json: base: data.q_box");
      }),
      "x.json: base: data.q_box: [2,1] is empty (low 2 is not below high 1). Put the lower bound first.");
}

TEST(Box, RepeatsOneIntervalForEveryCoordinate) {
  const auto system = lnn::physics::make_system("double_pendulum");
  const Json box = lnn::experiment::box_for(*system, canonical_box(Json{0.5, 6, "log"}, "x"), "x");
  EXPECT_EQ(box, Json::parse(R"([[0.5, 6, "log"], [0.5, 6, "log"]])"));
}

TEST(Box, NamesTheCoordinatesWhenTheirNumberIsWrong) {
  const auto system = lnn::physics::make_system("double_pendulum");
  const std::string message = message_of<UserError>(
      [&] { lnn::experiment::box_for(*system, Json::parse("[[0, 1]]"), "data.q_box"); });
  EXPECT_THAT(message,
              testing::StartsWith("data.q_box: 1 intervals for the 2 coordinates 'theta1', 'theta2'"));
}

TEST(Box, RoundTripsThroughThePhysicsType) {
  const lnn::physics::Box box{{.low = -1, .high = 1, .logarithmic = false},
                              {.low = 0.5, .high = 6, .logarithmic = true}};
  EXPECT_EQ(lnn::experiment::box_from_json(lnn::experiment::box_to_json(box)), box);
}

}  // namespace
