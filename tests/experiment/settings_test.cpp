#include "experiment/settings.h"

#include "expect_error.h"

namespace {

using lnn::UserError;
using lnn::experiment::Json;
using lnn::testing::message_of;

TEST(Flatten, TakesNestedAndDottedKeys) {
  const Json object =
      Json::parse(R"({"network": {"width": 8, "seed": 1}, "training.lambda": 2, "system": "sphere"})");
  const lnn::experiment::Settings expected{
      {"network.seed", 1}, {"network.width", 8}, {"system", "sphere"}, {"training.lambda", 2}};
  EXPECT_EQ(lnn::experiment::flatten(object, "x"), expected);
}

TEST(Flatten, IsUndoneByNest) {
  const Json nested = Json::parse(R"({"a": {"b": {"c": [1, {"d": 2}]}}, "e": null})");
  EXPECT_EQ(lnn::experiment::nest(lnn::experiment::flatten(nested, "x")), nested);
}

TEST(Flatten, RefusesTheSameKeyTwice) {
  const Json object = Json::parse(R"({"network": {"width": 8}, "network.width": 9})");
  EXPECT_EQ(message_of<UserError>([&] { lnn::experiment::flatten(object, "x.json: base"); }),
            "x.json: base: network.width is given twice (nested and dotted). Keep one of them.");
}

TEST(FindValue, FollowsDots) {
  const Json nested = Json::parse(R"({"network": {"width": 8}})");
  ASSERT_NE(lnn::experiment::find_value(nested, "network.width"), nullptr);
  EXPECT_EQ(*lnn::experiment::find_value(nested, "network.width"), 8);
  EXPECT_EQ(lnn::experiment::find_value(nested, "network.seed"), nullptr);
  EXPECT_EQ(lnn::experiment::find_value(nested, "network.width.x"), nullptr);
}

TEST(ParseOverrides, ReadsJsonWhereItCanAndTextOtherwise) {
  const Json expected = Json::parse(R"({"a": 3, "b": "gelu", "c": [0, "2pi"], "d": "x=y"})");
  EXPECT_EQ(lnn::experiment::parse_overrides({"a=3", "b=gelu", "c=[0, \"2pi\"]", "d=x=y"}), expected);
}

TEST(ParseOverrides, RefusesWhatIsNoAssignment) {
  EXPECT_THROW(lnn::experiment::parse_overrides({"network.width"}), UserError);
  EXPECT_THROW(lnn::experiment::parse_overrides({"=3"}), UserError);
  EXPECT_THROW(lnn::experiment::parse_overrides({"a=3", "a=4"}), UserError);
}

}  // namespace
