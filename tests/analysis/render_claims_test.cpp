#include "analysis/render_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/analysis/claim_run.h"

namespace {

using lnn::analysis::ClaimFormat;
using lnn::analysis::ClaimReport;
using lnn::analysis::RunResults;
using lnn::test::claim_with;
using testing::HasSubstr;

/// Four claims on two arms of three seeds whose values do not vary, and a planned trial that has not ended.
std::vector<ClaimReport> sample_reports() {
  RunResults run = lnn::test::run_with(
      {claim_with(R"({"note": "The box is inferred."})"),
       claim_with(R"({"name": "halves", "statement": "GeLU halves the loss.", "comparison": "reduction",
                      "published": 90})"),
       claim_with(R"({"name": "number", "statement": "GeLU reaches 1.5.", "comparison": "value",
                      "published": [1.4, 1.6], "against": null, "paper": "", "scales": ["paper"]})"),
       claim_with(R"({"name": "softplus", "statement": "Softplus is bounded.", "comparison": "at_most",
                      "published": 3, "against": null, "of": {"network.activation": "softplus"}})")},
      "results/a_1");
  lnn::test::add_arm(run, "gelu", {1, 1, 1});
  lnn::test::add_arm(run, "xtanh", {2, 2, 2});
  lnn::test::plan_trial(run, "softplus", 1);
  return judge_claims(std::vector{run});
}

/// gelu below xtanh.
nlohmann::json ordered_claim() {
  nlohmann::json claim = claim_with(R"({"name": "f", "comparison": "order", "against": null})");
  claim["of"] = {{{"network.activation", "gelu"}}, {{"network.activation", "xtanh"}}};
  return claim;
}

TEST(RenderClaims, Markdown) {
  EXPECT_EQ(render_claims(sample_reports(), ClaimFormat::markdown), R"(### Claims: Activations & more

Run results/a_1, scale desk. PARTIAL: 6 of 7 trials finished. 95 % intervals over n seeds.

| claim     | published  | measured                                     | verdict                  | why                                                                  |
| --------- | ---------- | -------------------------------------------- | ------------------------ | -------------------------------------------------------------------- |
| gelu_wins | lower      | 1 against 2; difference -1 [-1, -1] (n=3)    | reproduced               | separated                                                            |
| halves    | 90 % lower | 1 against 2; 50.0 % lower [50.0, 50.0] (n=3) | not reproduced           | 90 % is more than 5 points outside the interval; the direction holds |
| number    | 1.4, 1.6   | -                                            | not judged at this scale | judged at scale paper only                                           |
| softplus  | at most 3  | -                                            | undecided                | no trial of 'softplus' has ended. PARTIAL: 1 of 1 trials unfinished  |

4 claims: 1 reproduced, 1 not reproduced, 1 undecided, 1 not judged at this scale.

- gelu_wins: GeLU has a lower loss than xtanh. (A, IV.4) The box is inferred.
- halves: GeLU halves the loss. (A, IV.4)
- number: GeLU reaches 1.5.
- softplus: Softplus is bounded. (A, IV.4)
)");
}

TEST(RenderClaims, Latex) {
  EXPECT_EQ(render_claims(sample_reports(), ClaimFormat::latex), R"(\begin{table}
  \centering
  \caption{Claims: Activations \& more. Run results/a\_1, scale desk. PARTIAL: 6 of 7 trials finished. 95 \% intervals over n seeds. 4 claims: 1 reproduced, 1 not reproduced, 1 undecided, 1 not judged at this scale.}
  \label{tab:claims-activations-desk}
  \begin{tabular}{p{0.3\textwidth}lp{0.3\textwidth}l}
    \toprule
    claim & published & measured & verdict \\
    \midrule
    GeLU has a lower loss than xtanh. (A, IV.4) The box is inferred. & lower & 1 against 2; difference -1 [-1, -1] (n=3) & reproduced \\
    GeLU halves the loss. (A, IV.4) & 90 \% lower & 1 against 2; 50.0 \% lower [50.0, 50.0] (n=3) & not reproduced \\
    GeLU reaches 1.5. & 1.4, 1.6 & - & not judged at this scale \\
    Softplus is bounded. (A, IV.4) & at most 3 & - & undecided \\
    \bottomrule
  \end{tabular}
\end{table}
)");
}

TEST(RenderClaims, MarkdownShowsEveryKindOfMeasurement) {
  RunResults run = lnn::test::run_with(
      {claim_with(R"({"statistic": "geometric_mean"})"),
       claim_with(R"({"name": "b", "comparison": "similar"})"),
       claim_with(R"({"name": "c", "comparison": "value", "published": [1.4, 1.6], "against": null})"),
       claim_with(R"({"name": "d", "comparison": "at_least", "published": 0.5, "against": null})"),
       claim_with(R"({"name": "e", "against": {"network.activation": "softplus"}})"), ordered_claim()});
  lnn::test::add_arm(run, "gelu", {1, 1, 1});
  lnn::test::add_arm(run, "xtanh", {2, 2, 2, 2});
  lnn::test::add_arm(run, "softplus", {3, lnn::test::no_value, 3});
  const std::string text = render_claims(judge_claims(std::vector{run}), ClaimFormat::markdown);
  EXPECT_THAT(text, HasSubstr("| geometric mean 1 against 2; ratio 0.5 [0.5, 0.5] (n=3, 4) "));
  EXPECT_THAT(text, HasSubstr("| 1 against 2; ratio 0.5 [0.5, 0.5] (n=3, 4) "));
  EXPECT_THAT(text, HasSubstr("| 1; 0.667 times the published [0.6, 0.733] (n=3) "));
  EXPECT_THAT(text, HasSubstr("| at least 0.5 | 1 [1, 1] (n=3) "));
  EXPECT_THAT(text, HasSubstr("| median 1 against 3; difference -2 [-inf, -2] (n=3) "));
  EXPECT_THAT(text, HasSubstr("| ascending    | gelu 1, xtanh 2; difference -1 [-1, -1] (n=3, 4) "));
  EXPECT_THAT(text, HasSubstr("\n6 claims: 4 reproduced, 2 not reproduced.\n"));
}

TEST(RenderClaims, JsonHasWhatIsDocumented) {
  const auto rendered = nlohmann::json::parse(render_claims(sample_reports(), ClaimFormat::json));
  const auto report = nlohmann::json::parse(R"({
    "experiment": "activations", "title": "Activations & more", "scale": "desk", "runs": ["results/a_1"],
    "planned": 7, "finished": 6, "partial": true,
    "counts": {"reproduced": 1, "not reproduced": 1, "undecided": 1, "not judged at this scale": 1}
  })");
  EXPECT_EQ(rendered.at("format"), "lnn-sweep claims");
  EXPECT_EQ(rendered.at("version"), 1);
  auto measured = rendered.at("experiments").at(0);
  const auto claims = measured.at("claims");
  measured.erase("claims");
  EXPECT_EQ(measured, report) << measured.dump(1);

  const auto halves = nlohmann::json::parse(R"({
    "name": "halves", "statement": "GeLU halves the loss.", "paper": "A, IV.4", "note": "",
    "metric": "best_val_total", "comparison": "reduction", "statistic": "mean", "published": [90],
    "tolerance": 5, "verdict": "not reproduced",
    "why": "90 % is more than 5 points outside the interval; the direction holds", "partial": false,
    "effects": [{"kind": "reduction_percent", "estimate": 50,
                 "interval": {"low": 50, "high": 50, "confidence": 0.95}, "paired": true}],
    "groups": [
      {"role": "of", "label": "gelu", "where": {"network.activation": "gelu"}, "seeds": 3, "level": 1, "trials": [
        {"id": "gelu-default-1-1", "arm": "gelu, default, lambda 1", "seed": 1, "outcome": "completed",
         "ended": true, "value": 1},
        {"id": "gelu-default-1-2", "arm": "gelu, default, lambda 1", "seed": 2, "outcome": "completed",
         "ended": true, "value": 1},
        {"id": "gelu-default-1-3", "arm": "gelu, default, lambda 1", "seed": 3, "outcome": "completed",
         "ended": true, "value": 1}]},
      {"role": "against", "label": "xtanh", "where": {"network.activation": "xtanh"}, "seeds": 3, "level": 2,
       "trials": [
        {"id": "xtanh-default-1-1", "arm": "xtanh, default, lambda 1", "seed": 1, "outcome": "completed",
         "ended": true, "value": 2},
        {"id": "xtanh-default-1-2", "arm": "xtanh, default, lambda 1", "seed": 2, "outcome": "completed",
         "ended": true, "value": 2},
        {"id": "xtanh-default-1-3", "arm": "xtanh, default, lambda 1", "seed": 3, "outcome": "completed",
         "ended": true, "value": 2}]}]
  })");
  EXPECT_EQ(claims.at(1), halves) << claims.at(1).dump(1);

  const auto& softplus = claims.at(3);
  EXPECT_TRUE(softplus.at("effects").empty());
  EXPECT_TRUE(softplus.at("partial"));
  EXPECT_TRUE(softplus.at("groups").at(0).at("level").is_null());
  EXPECT_TRUE(softplus.at("groups").at(0).at("trials").at(0).at("value").is_null());
  EXPECT_EQ(softplus.at("groups").at(0).at("trials").at(0).at("outcome"), "missing");
}

TEST(RenderClaims, JsonWritesInfinityAsNull) {
  RunResults run = lnn::test::run_with({claim_with("{}")});
  lnn::test::add_arm(run, "gelu", {1, 1, 1});
  lnn::test::add_arm(run, "xtanh", {lnn::test::no_value, lnn::test::no_value, lnn::test::no_value});
  const auto rendered =
      nlohmann::json::parse(render_claims(judge_claims(std::vector{run}), ClaimFormat::json));
  const auto& claim = rendered.at("experiments").at(0).at("claims").at(0);
  EXPECT_EQ(claim.at("verdict"), "reproduced");
  EXPECT_EQ(claim.at("statistic"), "median");
  EXPECT_TRUE(claim.at("effects").at(0).at("estimate").is_null());
  EXPECT_TRUE(claim.at("effects").at(0).at("interval").at("low").is_null());
}

}  // namespace
