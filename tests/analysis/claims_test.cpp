#include "analysis/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/analysis/claim_run.h"

namespace {

using lnn::analysis::ClaimReport;
using lnn::analysis::judge_claims;
using lnn::analysis::JudgedClaim;
using lnn::analysis::RunResults;
using lnn::analysis::Statistic;
using lnn::analysis::Verdict;
using lnn::experiment::Json;
using lnn::store::Outcome;
using lnn::test::add_arm;
using lnn::test::claim_with;
using lnn::test::no_value;
using lnn::test::plan_trial;
using lnn::test::run_with;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

using Losses = std::vector<double>;

const Losses low{1.0, 1.1, 0.9, 1.05, 0.95};
const Losses high{2.0, 2.1, 1.9, 2.0, 2.05};
const Losses wide{1.0, 5.0, 0.2, 2.5, 0.4};

JudgedClaim judged(const std::vector<RunResults>& runs) {
  return judge_claims(runs).at(0).claims.at(0);
}

/// gelu and xtanh with these losses, and one claim.
JudgedClaim judged(const std::string& changes, const Losses& gelu, const Losses& xtanh) {
  RunResults run = run_with({claim_with(changes)});
  add_arm(run, "gelu", gelu);
  add_arm(run, "xtanh", xtanh);
  return judged({run});
}

/// A claim about gelu alone.
JudgedClaim judged(const std::string& changes, const Losses& gelu) {
  Json claim = claim_with(changes);
  claim.erase("against");
  RunResults run = run_with({claim});
  add_arm(run, "gelu", gelu);
  return judged({run});
}

TEST(JudgeDirection, NeedsSeparation) {
  EXPECT_EQ(judged("{}", low, high).verdict, Verdict::reproduced);
  EXPECT_EQ(judged("{}", high, low).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged("{}", low, wide).verdict, Verdict::undecided);
  EXPECT_EQ(judged("{}", low, low).verdict, Verdict::undecided);
  const std::string higher = R"({"comparison": "higher"})";
  EXPECT_EQ(judged(higher, high, low).verdict, Verdict::reproduced);
  EXPECT_EQ(judged(higher, low, high).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged(higher, low, wide).verdict, Verdict::undecided);
}

TEST(JudgeDirection, ComparesGeometricMeansAsARatio) {
  const JudgedClaim claim =
      judged(R"({"statistic": "geometric_mean"})", {1, 10, 100, 10, 10}, {10, 100, 1000, 100, 100});
  EXPECT_EQ(claim.verdict, Verdict::reproduced);
  EXPECT_NEAR(claim.effects.at(0).estimate, 0.1, 1e-12);
  EXPECT_TRUE(claim.effects.at(0).paired);
}

TEST(JudgeSimilarity, NeedsAnIntervalInsideTheFactor) {
  const std::string similar = R"({"comparison": "similar"})";
  EXPECT_EQ(judged(similar, low, {1.05, 1.0, 1.1, 0.9, 1.0}).verdict, Verdict::reproduced);
  EXPECT_EQ(judged(similar, low, high).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged(similar, high, low).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged(similar, low, wide).verdict, Verdict::undecided);
  EXPECT_EQ(judged(R"({"comparison": "similar", "tolerance": 1.5})", low, high).verdict, Verdict::reproduced);
}

TEST(JudgeReduction, ComparesPercentages) {
  const auto reduction = [](double published) {
    return R"({"comparison": "reduction", "published": )" + std::to_string(published) + "}";
  };
  const JudgedClaim claim = judged(reduction(50), low, high);
  EXPECT_EQ(claim.verdict, Verdict::reproduced);
  EXPECT_NEAR(claim.effects.at(0).estimate, 100 * (1 - 1.0 / 2.01), 1e-9);
  EXPECT_EQ(judged(reduction(55), low, high).verdict, Verdict::reproduced) << "within 5 points";
  const JudgedClaim excluded = judged(reduction(96.6), low, high);
  EXPECT_EQ(excluded.verdict, Verdict::not_reproduced);
  EXPECT_EQ(excluded.why, "96.6 % is more than 5 points outside the interval; the direction holds");
  EXPECT_THAT(judged(reduction(50), high, low).why, HasSubstr("the direction is the other one"));
  const JudgedClaim too_wide = judged(reduction(50), low, wide);
  EXPECT_EQ(too_wide.verdict, Verdict::undecided);
  EXPECT_TRUE(too_wide.effects.at(0).interval->contains(0));
  EXPECT_TRUE(too_wide.effects.at(0).interval->contains(50));
}

TEST(JudgeReduction, AcceptsAnIntervalAroundZeroWhenItIsAsNarrowAsTheTolerance) {
  const Losses nearly{1.01, 1.09, 0.91, 1.04, 0.96};
  EXPECT_EQ(judged(R"({"comparison": "reduction", "published": 1})", nearly, low).verdict,
            Verdict::reproduced);
}

TEST(JudgeReduction, NeedsAReferenceToDivideBy) {
  const JudgedClaim claim = judged(R"({"comparison": "reduction", "published": 50})", low, {0, 0, 0, 0, 0});
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_EQ(claim.why, "the mean of 'xtanh' is 0 (nothing can be divided by it)");
}

TEST(JudgeValue, ComparesWithTheSpreadOfSeeds) {
  const auto value = [](const std::string& published) {
    return R"({"comparison": "value", "published": )" + published + "}";
  };
  EXPECT_EQ(judged(value("1.2"), low).verdict, Verdict::reproduced);
  EXPECT_EQ(judged(value("[1.2, 1.1]"), low).verdict, Verdict::reproduced);
  const JudgedClaim lower = judged(value("1.5"), low);
  EXPECT_EQ(lower.verdict, Verdict::not_reproduced);
  EXPECT_EQ(lower.why, "the published value is higher than the seeds let expect");
  EXPECT_THAT(judged(value("0.5"), low).why, HasSubstr("is lower than"));
  EXPECT_EQ(judged(value("1.5"), wide).verdict, Verdict::undecided) << "the interval includes zero";
  EXPECT_EQ(judged(R"({"comparison": "value", "published": 1.4, "tolerance": 0.5})", low).verdict,
            Verdict::reproduced);
}

TEST(JudgeThreshold, NeedsTheWholeInterval) {
  const auto threshold = [](const char* comparison, double published) {
    return R"({"comparison": ")" + std::string(comparison) + R"(", "published": )" +
           std::to_string(published) + "}";
  };
  EXPECT_EQ(judged(threshold("at_most", 1.2), low).verdict, Verdict::reproduced);
  EXPECT_EQ(judged(threshold("at_most", 0.8), low).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged(threshold("at_most", 1.0), low).verdict, Verdict::undecided);
  EXPECT_EQ(judged(threshold("at_least", 0.8), low).verdict, Verdict::reproduced);
  EXPECT_EQ(judged(threshold("at_least", 1.2), low).verdict, Verdict::not_reproduced);
  EXPECT_EQ(judged(threshold("at_least", 1.0), low).verdict, Verdict::undecided);
  EXPECT_EQ(judged(threshold("at_most", 0), {0, 0, 0}).verdict, Verdict::reproduced) << "equality holds";
}

/// gelu, xtanh and softplus with these losses, claimed to ascend.
JudgedClaim judged_order(const Losses& gelu, const Losses& xtanh, const Losses& softplus) {
  Json claim = claim_with(R"({"comparison": "order", "against": null})");
  claim["of"] = Json::parse(R"([{"network.activation": "gelu"}, {"network.activation": "xtanh"},
                                {"network.activation": "softplus"}])");
  RunResults run = run_with({claim});
  add_arm(run, "gelu", gelu);
  add_arm(run, "xtanh", xtanh);
  add_arm(run, "softplus", softplus);
  return judged({run});
}

TEST(JudgeOrder, SaysWhichPairsAreSeparated) {
  const Losses higher{3, 3.1, 2.9, 3, 3.05};
  const JudgedClaim all = judged_order(low, high, higher);
  EXPECT_EQ(all.verdict, Verdict::reproduced);
  EXPECT_EQ(all.why, "separated: gelu below xtanh; xtanh below softplus");
  ASSERT_EQ(all.effects.size(), 2U);
  EXPECT_DOUBLE_EQ(all.effects[0].confidence, 0.975) << "two pairs share the 5 % of error";
  const JudgedClaim open = judged_order(low, high, wide);
  EXPECT_EQ(open.verdict, Verdict::undecided);
  EXPECT_EQ(open.why, "not separated: xtanh and softplus. separated: gelu below xtanh");
  const JudgedClaim reversed = judged_order(low, higher, high);
  EXPECT_EQ(reversed.verdict, Verdict::not_reproduced);
  EXPECT_EQ(reversed.why, "the other way: softplus below xtanh. separated: gelu below xtanh");
}

TEST(JudgeClaims, PoolsTheArmsOfAGroup) {
  RunResults run = run_with({claim_with(
      R"({"of": {"network.activation": ["gelu", "xtanh"], "training.lambda": 10},
          "against": {"network.activation": "softplus"}})")});
  add_arm(run, "gelu", low, "default", 10);
  add_arm(run, "gelu", high, "default", 1);
  add_arm(run, "xtanh", low, "custom", 10);
  add_arm(run, "softplus", high);
  const JudgedClaim claim = judged({run});
  EXPECT_EQ(claim.groups.at(0).trials.size(), 10U);
  EXPECT_EQ(claim.groups.at(0).seeds, 5U);
  EXPECT_EQ(claim.groups.at(0).arms.label, "gelu or xtanh, lambda 10");
  EXPECT_DOUBLE_EQ(claim.groups.at(0).level.value(), 1.0);
  EXPECT_TRUE(claim.groups.at(1).is_against);
}

TEST(JudgeClaims, AnEmptyGroupMeansAllArms) {
  Json changes = claim_with(R"({"comparison": "at_most", "published": 3, "against": null})");
  changes["of"] = Json::object();
  RunResults run = run_with({changes});
  add_arm(run, "gelu", low);
  add_arm(run, "xtanh", high);
  EXPECT_EQ(judged({run}).groups.at(0).trials.size(), 10U);
  EXPECT_EQ(judged({run}).groups.at(0).arms.label, "all arms");
}

TEST(JudgeClaims, CountsLostTrialsAsWorseThanAnyValue) {
  // By means of what is left, gelu would win; three of its five trainings are lost.
  RunResults run = run_with({claim_with("{}")});
  add_arm(run, "gelu", {0.1, no_value, 0.1, no_value, no_value});
  add_arm(run, "xtanh", high);
  run.contents.records.at("gelu-default-1-2").outcome = Outcome::diverged;
  const JudgedClaim claim = judged({run});
  EXPECT_NE(claim.verdict, Verdict::reproduced);
  EXPECT_EQ(claim.statistic, Statistic::median);
  EXPECT_THAT(claim.why, HasSubstr("Judged by medians, for 3 of 10 trials ended without a value: "
                                   "gelu-default-1-2 (diverged), gelu-default-1-4 (completed), "
                                   "gelu-default-1-5 (completed)"));
  EXPECT_TRUE(std::isinf(claim.groups.at(0).level.value()));
}

TEST(JudgeClaims, LostTrialsOfTheOtherGroupSupportTheClaim) {
  RunResults run = run_with({claim_with("{}"), claim_with(R"({"name": "percent", "comparison": "reduction",
                                                       "published": 50})")});
  add_arm(run, "gelu", low);
  add_arm(run, "xtanh", {no_value, no_value, no_value, no_value, no_value});
  const ClaimReport report = judge_claims(std::vector{run}).at(0);
  EXPECT_EQ(report.claims.at(0).verdict, Verdict::reproduced);
  EXPECT_EQ(report.claims.at(1).verdict, Verdict::undecided) << "there is no percentage of infinity";
  EXPECT_EQ(report.claims.at(1).why, "half of the trials of 'xtanh' or more ended without a value");
}

TEST(JudgeClaims, KnowsOfWhichMetricsMoreIsBetter) {
  const std::string completed =
      R"({"comparison": "at_least", "metric": "rollouts_completed", "published": 4})";
  Json claim = claim_with(completed);
  claim.erase("against");
  RunResults run = run_with({claim});
  add_arm(run, "gelu", low);
  for (auto& [id, record] : run.contents.records) record.metrics["rollouts_completed"] = {4, "1", "tests"};
  EXPECT_EQ(judged({run}).verdict, Verdict::reproduced);
  for (auto& [id, record] : run.contents.records) {
    if (id != "gelu-default-1-1") record.outcome = Outcome::diverged;
  }
  const JudgedClaim lost = judged({run});
  EXPECT_NE(lost.verdict, Verdict::reproduced);
  EXPECT_LT(lost.groups.at(0).level.value(), 0);
}

TEST(JudgeClaims, HasNoMeanToCompareWhenATrialIsLost) {
  const JudgedClaim claim = judged(R"({"comparison": "value", "published": 1})", {1, 1, 1, no_value});
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_THAT(claim.why, StartsWith("there is no mean to compare, for 1 of 4 trials ended without a value"));
}

TEST(JudgeClaims, AMetricThatNoTrialHasIsUndecided) {
  const JudgedClaim claim = judged("{}", {no_value, no_value, no_value}, {no_value, no_value, no_value});
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_EQ(claim.why, "no trial has a finite best_val_total");
}

TEST(JudgeClaims, TheGeometricMeanNeedsPositiveValues) {
  const JudgedClaim claim = judged(R"({"statistic": "geometric_mean"})", {1, 0, 1}, {2, 2, 2});
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_EQ(claim.why, "the geometric mean needs positive values (trial gelu-default-1-2 has 0)");
}

TEST(JudgeClaims, NeedsThreeSeeds) {
  const JudgedClaim claim = judged("{}", {1, 1.1}, high);
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_EQ(claim.why, "too few seeds (n=2 of 'gelu'; 3 are needed)");
  EXPECT_NEAR(claim.effects.at(0).estimate, 1.05 - 2.01, 1e-12) << "the estimate is told all the same";
  const JudgedClaim single = judged(R"({"comparison": "value", "published": 0.5})", {1});
  EXPECT_EQ(single.verdict, Verdict::undecided);
  EXPECT_DOUBLE_EQ(single.effects.at(0).estimate, 2);
}

TEST(JudgeClaims, SaysWhichGroupHasNothing) {
  EXPECT_EQ(judged("{}", low, {}).why, "no trial of 'xtanh' is planned");
  RunResults run = run_with({claim_with("{}")});
  add_arm(run, "xtanh", high);
  plan_trial(run, "gelu", 1);
  run.contents.records["xtanh-default-1-5"].outcome = Outcome::interrupted;
  const JudgedClaim claim = judged({run});
  EXPECT_EQ(claim.verdict, Verdict::undecided);
  EXPECT_EQ(claim.why, "no trial of 'gelu' has ended. PARTIAL: 2 of 6 trials unfinished");
}

TEST(JudgeClaims, JudgesOnlyAtTheScalesOfTheClaim) {
  RunResults run = run_with({claim_with(R"({"scales": ["smoke", "paper"]})")});
  add_arm(run, "gelu", low);
  add_arm(run, "xtanh", high);
  EXPECT_EQ(judged({run}).verdict, Verdict::not_judged);
  EXPECT_EQ(judged({run}).why, "judged at scale smoke, paper only");
}

TEST(JudgeClaims, PoolsRunsByTrial) {
  RunResults first = run_with({claim_with("{}")}, "first");
  add_arm(first, "gelu", low);
  add_arm(first, "xtanh", {2.0, 2.1});
  first.contents.records.at("xtanh-default-1-2").outcome = Outcome::diverged;
  RunResults second = run_with({}, "second");  // made before the file had claims
  add_arm(second, "xtanh", high);
  const std::vector<ClaimReport> reports = judge_claims(std::vector{first, second});
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_THAT(reports.at(0).runs, ElementsAre("first", "second"));
  EXPECT_EQ(reports.at(0).planned, 10);
  EXPECT_EQ(reports.at(0).ended, 10);
  const JudgedClaim& claim = reports.at(0).claims.at(0);
  EXPECT_EQ(claim.verdict, Verdict::reproduced);
  EXPECT_EQ(claim.groups.at(1).trials.at(1).outcome, "completed") << "the run in which it completed counts";
}

TEST(JudgeClaims, KeepsScalesApart) {
  RunResults desk = run_with({claim_with("{}")}, "desk");
  RunResults paper = run_with({claim_with("{}")}, "paper");
  paper.plan.scale = "paper";
  const std::vector<ClaimReport> reports = judge_claims(std::vector{desk, paper});
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports.at(1).scale, "paper");
}

TEST(JudgeClaims, RefusesToMixDifferentSettingsOrClaims) {
  RunResults first = run_with({claim_with("{}")}, "first");
  add_arm(first, "gelu", low);
  RunResults second = first;
  second.name = "second";
  lnn::test::change_arm(second.plan.trials.at(0), [](auto& arm) {
    arm.difference["training"] = {{"epochs", 5}};
  });
  EXPECT_THAT(
      [&] {
        judge_claims(std::vector{first, second});
      },
      ThrowsMessage<lnn::UserError>(AllOf(StartsWith("first and second: the arm 'gelu, default, lambda 1'"),
                                          HasSubstr("different settings"))));
  second = run_with({claim_with(R"({"comparison": "higher"})")}, "second");
  EXPECT_THAT(
      [&] {
        judge_claims(std::vector{first, second});
      },
      ThrowsMessage<lnn::UserError>(
          HasSubstr("first and second: the claim 'gelu_wins' of experiment 'activations' differs")));
}

TEST(JudgeClaims, NamesADamagedClaim) {
  const RunResults run = run_with({claim_with(R"({"metric": null})")});
  EXPECT_THAT([&] { judge_claims(std::vector{run}); },
              ThrowsMessage<lnn::EnvironmentError>(HasSubstr("experiment 'activations': damaged claim")));
}

TEST(JudgeClaims, LeavesOutExperimentsWithoutClaims) {
  EXPECT_TRUE(judge_claims(std::vector{run_with({})}).empty());
}

}  // namespace
