#include "experiment/claim_form.h"

#include "expect_error.h"

namespace {

using lnn::UserError;
using lnn::experiment::check_claims;
using lnn::experiment::Json;
using lnn::testing::message_of;
using testing::HasSubstr;
using testing::StartsWith;

/// A checked file with one claim, some of whose fields are replaced (null removes one).
Json file_with(const char* changes) {
  Json file = Json::parse(R"({
    "name": "small", "system": "sphere",
    "cases": [{"label": "plain", "set": {"training.regularizer": "none"}},
              {"label": "penalty", "set": {"training.regularizer": "eigenvalue", "training.lambda": 2}}],
    "grid": {"network.activation": ["gelu", "xtanh"], "data.q_box": [[0, "2pi"], [-1, 1]]},
    "claims": [{
      "name": "c", "statement": "The penalty lowers the loss.", "metric": "best_val_total",
      "of": {"training.regularizer": "eigenvalue", "network": {"activation": ["gelu", "xtanh"]}},
      "against": {"case": "plain"}, "comparison": "lower", "scales": ["desk"]
    }]
  })");
  file["claims"][0].merge_patch(Json::parse(changes));
  return file;
}

void expect_accepted(const char* changes) {
  EXPECT_NO_THROW(check_claims(file_with(changes), "x.json")) << changes;
}

std::string error_with(const char* changes) {
  return message_of<UserError>([&] { check_claims(file_with(changes), "x.json"); });
}

TEST(CheckClaims, AcceptsEveryComparison) {
  expect_accepted(R"({"paper": "A, IV.1", "note": "n", "statistic": "median"})");
  expect_accepted(R"({"comparison": "higher", "of": {"data.q_box": [0, "2pi"]}})");
  expect_accepted(R"({"comparison": "similar", "tolerance": 0.5, "statistic": "geometric_mean"})");
  expect_accepted(R"({"comparison": "reduction", "published": 96.6, "tolerance": 5})");
  expect_accepted(R"({"comparison": "value", "published": [1, 2], "against": null})");
  expect_accepted(R"({"comparison": "at_most", "published": 0, "against": null})");
  expect_accepted(R"({"comparison": "at_least", "published": 1, "against": null})");
  expect_accepted(
      R"({"comparison": "order", "of": [{"case": "penalty"}, {"case": "plain"}], "against": null})");
}

TEST(CheckClaims, ChecksNamesAndFields) {
  Json twice = file_with("{}");
  twice["claims"].push_back(twice["claims"][0]);
  EXPECT_EQ(message_of<UserError>([&] { check_claims(twice, "x.json"); }),
            "x.json: claims: 'c' is there twice. Give each its own name.");
  EXPECT_THAT(error_with(R"({"publshed": 1})"),
              StartsWith("x.json: claims[0]: field: unknown value 'publshed'. Did you mean 'published'?"));
  EXPECT_THAT(error_with(R"({"scales": null})"), HasSubstr("the field 'scales' is missing"));
  EXPECT_EQ(error_with(R"({"tolerance": "5"})"),
            "x.json: claims[0]: tolerance: \"5\" is not allowed. Give a number.");
  EXPECT_THAT(error_with(R"({"metric": "best_val"})"), StartsWith("x.json: claim 'c': metric: unknown"));
  EXPECT_THAT(error_with(R"({"comparison": "lover"})"),
              StartsWith("x.json: claim 'c': comparison: unknown value 'lover'. Did you mean 'lower'?"));
  EXPECT_THAT(error_with(R"({"statistic": "mode"})"), HasSubstr("statistic: unknown value 'mode'"));
  EXPECT_THAT(error_with(R"({"scales": ["dusk"]})"), HasSubstr("unknown value 'dusk'. Did you mean 'desk'?"));
  EXPECT_THAT(error_with(R"({"scales": []})"), HasSubstr("scales: the list is empty"));
}

TEST(CheckClaims, ChecksGroups) {
  EXPECT_THAT(error_with(R"({"of": {"network.width": 8}})"),
              StartsWith("x.json: claim 'c': of: swept key: unknown value 'network.width'."));
  EXPECT_THAT(error_with(R"({"against": {"case": "plane"}})"),
              StartsWith("x.json: claim 'c': against: case: unknown value 'plane'. Did you mean 'plain'?"));
  EXPECT_THAT(error_with(R"({"of": {"network": {"activation": ["gelu", "relu"]}}})"),
              HasSubstr("network.activation: unknown value 'relu'"));
  EXPECT_THAT(error_with(R"({"of": {"case": "plain", "training.regularizer": "eigenvalue"}})"),
              HasSubstr("no arm has all these values"));
  EXPECT_THAT(error_with(R"({"of": null})"), HasSubstr("the field 'of' is missing"));
  EXPECT_THAT(error_with(R"({"of": "gelu"})"), HasSubstr("of: "));
  EXPECT_THAT(error_with(R"({"of": {"network": null, "training.regularizer": null, "case": "plain"}})"),
              HasSubstr("'of' and 'against' are the same group"));
  EXPECT_THAT(error_with(R"({"comparison": "order", "against": null})"),
              HasSubstr("List at least two groups, lowest first"));
  EXPECT_THAT(error_with(R"({"comparison": "order", "of": [{"case": "plain"}], "against": null})"),
              HasSubstr("List at least two groups"));
}

TEST(CheckClaims, GivesEachComparisonWhatItReadsAndNothingElse) {
  EXPECT_EQ(error_with(R"({"against": null})"),
            "x.json: claim 'c': 'lower' needs the field 'against'. Add it.");
  EXPECT_EQ(error_with(R"({"comparison": "value", "published": 1})"),
            "x.json: claim 'c': 'value' never reads the field 'against'. Remove it.");
  EXPECT_EQ(error_with(R"({"published": 1})"),
            "x.json: claim 'c': 'lower' never reads the field 'published'. Remove it.");
  EXPECT_EQ(error_with(R"({"comparison": "reduction"})"),
            "x.json: claim 'c': 'reduction' needs the field 'published'. Add it.");
  EXPECT_EQ(error_with(R"({"tolerance": 1})"),
            "x.json: claim 'c': 'lower' never reads the field 'tolerance'. Remove it.");
}

TEST(CheckClaims, ChecksNumbers) {
  EXPECT_EQ(error_with(R"({"comparison": "reduction", "published": [1, 2]})"),
            "x.json: claim 'c': published: [1,2] is not allowed. Give a number.");
  for (const char* published : {"0", "-1", "\"1\"", "[]", "[1, 0]"}) {
    const std::string changes =
        std::string(R"({"comparison": "value", "against": null, "published": )") + published + "}";
    EXPECT_THAT(error_with(changes.c_str()), HasSubstr("Give a positive number or a list of them"))
        << published;
  }
  EXPECT_THAT(error_with(R"({"comparison": "similar", "tolerance": -0.1})"),
              HasSubstr("tolerance: -0.1 is not allowed"));
  EXPECT_THAT(
      error_with(R"({"comparison": "value", "against": null, "published": 1, "statistic": "median"})"),
      HasSubstr("'median' is not allowed for 'value'"));
}

}  // namespace
