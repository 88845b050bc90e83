#include "analysis/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "analysis/text_table.h"
#include "base/error.h"
#include "tests/analysis/sample_run.h"

namespace {

using lnn::analysis::build_tables;
using lnn::analysis::Cell;
using lnn::analysis::Row;
using lnn::analysis::Table;
using lnn::analysis::TableDefinition;
using lnn::analysis::value_text;
using lnn::experiment::Json;
using lnn::experiment::Plan;
using lnn::store::RunContents;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

Table sample_table(const std::string& sort = "plan",
                   const RunContents& contents = lnn::test::sample_contents()) {
  Plan plan = lnn::test::sample_plan();
  plan.experiments[0]["tables"][0]["sort"] = sort;
  return build_tables(plan, contents, "RUN").at(0);
}

std::vector<std::string> labels(const Table& table) {
  std::vector<std::string> all;
  for (const Row& row : table.rows) all.push_back(row.labels.at(0));
  return all;
}

TEST(ValueText, IsTheSameForTheSameValue) {
  EXPECT_EQ(value_text(1), value_text(1.0));
  EXPECT_EQ(value_text(0.1), "0.1");
  EXPECT_EQ(value_text("gelu"), "gelu");
  EXPECT_EQ(value_text(Json::parse(R"([0, "2pi", [1.0]])")), "[0, 2pi, [1]]");
}

TEST(BuildTable, SummarizesCompletedTrialsOnly) {
  const Table table = sample_table();
  const Cell& gelu = table.rows.at(0).cells.at(0);
  EXPECT_EQ(gelu.summary.count, 2U);
  EXPECT_DOUBLE_EQ(gelu.summary.mean, 0.0123);
  EXPECT_NEAR(gelu.summary.deviation, 0.0016 / std::sqrt(2.0), 1e-15);
  EXPECT_EQ(gelu.values.at(0).id, "g1") << "values stand in the order of seeds";
  const Cell& xtanh = table.rows.at(1).cells.at(0);
  EXPECT_EQ(xtanh.summary.count, 1U);
  EXPECT_EQ(xtanh.summary.mean, 0.02);
}

TEST(BuildTable, CountsEveryPlannedTrial) {
  const Table table = sample_table();
  EXPECT_EQ(table.planned, 5);
  EXPECT_EQ(table.finished, 4);
  const auto& trials = table.rows.at(1).trials;
  EXPECT_EQ(trials.planned, 3);
  EXPECT_THAT(trials.by_outcome, ElementsAre(Pair("completed", 1), Pair("diverged", 1), Pair("missing", 1)));
  // Clopper-Pearson for 1 of the 2 that ended, by scipy.stats.binomtest: [0.01258, 0.98742].
  EXPECT_EQ(lnn::analysis::to_text(trials), "1 of 3 diverged [1, 99] %, 1 of 3 missing");
}

TEST(TrialCounts, SayWhenAllDiverged) {
  const lnn::analysis::TrialCounts counts{.planned = 8, .by_outcome = {{"diverged", 8}}};
  EXPECT_EQ(lnn::analysis::to_text(counts), "8 of 8 diverged [63, 100] %");  // from 0.025^(1/8) to 1
}

TEST(BuildTable, DamagedAndInterruptedTrialsAreNotFinished) {
  RunContents contents = lnn::test::sample_contents();
  contents.records.erase("g1");
  contents.damaged["g1"] = "truncated";
  contents.records.at("x1").outcome = lnn::store::Outcome::interrupted;
  const Table table = sample_table("plan", contents);
  EXPECT_EQ(table.planned, 5);
  EXPECT_EQ(table.finished, 2);
  EXPECT_EQ(lnn::analysis::to_text(table.rows.at(0).trials), "1 of 2 damaged");
}

TEST(BuildTable, KeepsPublishedRowsThatWereNotPlanned) {
  const Table table = sample_table();
  EXPECT_THAT(labels(table), ElementsAre("GeLU", "xtanh", "Softplus_1"));
  EXPECT_EQ(table.rows.at(2).trials.planned, 0);
  EXPECT_THAT(table.rows.at(2).cells.at(0).published, ElementsAre(0.05));
  EXPECT_THAT(table.rows.at(0).cells.at(0).published, ElementsAre(0.0071, 0.0069));
}

TEST(BuildTable, ReducesAgainstTheReferenceRow) {
  const Table table = sample_table();
  EXPECT_TRUE(table.rows.at(0).cells.at(1).is_reference);
  EXPECT_FALSE(table.rows.at(0).cells.at(1).reduction.has_value());
  EXPECT_DOUBLE_EQ(table.rows.at(1).cells.at(1).reduction.value(), 75.0);  // 0.125 against (0.25 + 0.75) / 2
}

TEST(BuildTable, HasNoReductionWithoutAReference) {
  RunContents contents = lnn::test::sample_contents();
  contents.records.erase("g1");
  contents.records.erase("g2");
  EXPECT_FALSE(sample_table("plan", contents).rows.at(1).cells.at(1).reduction.has_value());
}

TEST(BuildTable, SortsAsAsked) {
  EXPECT_THAT(labels(sample_table("published")), ElementsAre("GeLU", "Softplus_1", "xtanh"));
  EXPECT_THAT(labels(sample_table("calmer")), ElementsAre("xtanh", "GeLU", "Softplus_1"));
  RunContents contents = lnn::test::sample_contents();
  contents.records.at("x1").metrics.at("best_val_total").value = 0.001;
  EXPECT_THAT(labels(sample_table("best_val_total", contents)), ElementsAre("xtanh", "GeLU", "Softplus_1"));
}

TEST(BuildTable, SaysWhenACompletedTrialHasNoUsableNumber) {
  RunContents contents = lnn::test::sample_contents();
  contents.records.at("g1").metrics.at("best_val_total").value = std::numeric_limits<double>::quiet_NaN();
  contents.records.at("x1").metrics.erase("best_val_total");
  const auto text = to_text_table(sample_table("plan", contents));
  EXPECT_EQ(text.rows.at(0).at(1), "0.0131 (n=1), 1 without value");
  EXPECT_EQ(text.rows.at(1).at(1), "-, 1 without value");
}

TEST(BuildTable, PoolsTheArmsThatARowDoesNotTellApart) {
  Plan plan = lnn::test::sample_plan();
  plan.trials.pop_back();
  plan.trials.push_back(
      lnn::test::planned("o1", "activations", "gelu, custom",
                         {{"network.activation", "gelu"}, {"network.initialization", "custom"}}, 1));
  const Table table = build_tables(plan, lnn::test::sample_contents(), "RUN").at(0);
  EXPECT_EQ(table.rows.at(0).cells.at(0).summary.count, 3U);
}

// Rows by activation, columns by what else is swept.
TEST(BuildTable, ColumnsMayChooseArms) {
  Plan plan = lnn::test::sample_plan();
  Json& table = plan.experiments[0]["tables"][0];
  plan.experiments[0]["grid"]["training.lambda"] = {1, 10, 100};
  table["where"] = {{"training.lambda", {1, 10}}};
  table["columns"] = Json::parse(R"([
    {"metric": "best_val_total", "title": "1", "name": "one", "where": {"training.lambda": 1}, "unit": "m"},
    {"metric": "best_val_total", "title": "10", "name": "ten", "where": {"training.lambda": 10}}])");
  table.erase("published");
  for (std::size_t i = 0; i < plan.trials.size(); ++i) {
    lnn::test::change_arm(plan.trials[i], [i](auto& arm) {
      arm.swept["training.lambda"] = i == 2 ? 100 : i % 2 == 0 ? 1 : 10;
    });
  }
  const Table built = build_tables(plan, lnn::test::sample_contents(), "RUN").at(0);
  // gelu: g2 (lambda 10) and g1 (lambda 1); xtanh: x1 (lambda 1), x2 diverged, x3 is left out.
  EXPECT_EQ(built.rows.at(0).cells.at(0).summary.mean, 0.0115);
  EXPECT_EQ(built.rows.at(0).cells.at(1).summary.mean, 0.0131);
  EXPECT_EQ(built.rows.at(1).cells.at(0).summary.mean, 0.02);
  EXPECT_EQ(built.rows.at(1).trials.planned, 2);
  EXPECT_THAT(to_text_table(built).header, ElementsAre("activation", "1 [m]", "10", "trials"));
}

/// The sample with a column of losses and one that counts them; `limit` is the latter's.
Table table_with_limit(const char* limit, const std::string& sort = "plan",
                       const RunContents& contents = lnn::test::sample_contents()) {
  Plan plan = lnn::test::sample_plan();
  Json& table = plan.experiments[0]["tables"][0];
  table["columns"] = Json::parse(R"([{"metric": "best_val_total", "title": "Loss"},
    {"metric": "best_val_total", "name": "good", "title": "Good"}])");
  table["columns"][1].merge_patch(Json::parse(limit));
  table["published"] = Json::parse(R"([{"where": {"network.activation": "gelu"}, "good": 0.25},
    {"where": {"network.activation": "xtanh"}, "good": 1}])");
  table["sort"] = sort;
  return build_tables(plan, contents, "RUN").at(0);
}

std::vector<std::string> texts(const Table& table, std::size_t column) {
  std::vector<std::string> all;
  for (const auto& row : to_text_table(table).rows) all.push_back(row.at(column));
  return all;
}

// gelu has 0.0115 and 0.0131; xtanh has 0.02, a trial that diverged (with a value, which does not count) and
// one that is missing. Intervals by scipy.stats.binomtest.
TEST(BuildTable, CountsTrialsThatKeepALimit) {
  EXPECT_THAT(texts(table_with_limit(R"({"at_most": 0.0131})"), 2),
              ElementsAre("2 of 2 (16 to 100 %)", "0 of 2 (0 to 84 %)"));
  EXPECT_THAT(texts(table_with_limit(R"({"at_least": 0.0131})"), 2),
              ElementsAre("1 of 2 (1 to 99 %)", "1 of 2 (1 to 99 %)"));
  const Table table = table_with_limit(R"({"at_least": 0.0131})");
  EXPECT_THAT(texts(table, 3), ElementsAre("25 %", "100 %"));
  EXPECT_NEAR(table.rows.at(0).cells.at(1).rate->interval().low, 0.01257912, 1e-8);
  EXPECT_EQ(table.rows.at(0).cells.at(1).summary.mean, 0.0123) << "of the metric, as in any other column";
  EXPECT_THAT(to_text_table(table).status, HasSubstr("PARTIAL: 4 of 5"));
  EXPECT_THAT(to_text_table(table).note, HasSubstr("Good: how many of the trials that ended have a "
                                                   "best_val_total of at least 0.0131"));
}

TEST(BuildTable, CountsATrialWithoutAValueAsAFailure) {
  RunContents contents = lnn::test::sample_contents();
  contents.records.at("g1").metrics.at("best_val_total").value = std::numeric_limits<double>::infinity();
  contents.records.at("g2").metrics.erase("best_val_total");
  contents.records.at("x1").outcome = lnn::store::Outcome::interrupted;
  contents.records.erase("x2");
  const Table table = table_with_limit(R"({"at_least": 0.0131})", "plan", contents);
  EXPECT_THAT(texts(table, 2), ElementsAre("0 of 2 (0 to 84 %)", "-")) << "no trial of xtanh has ended";
}

TEST(BuildTable, SaysThatARateIsNotQuiteZeroOrOne) {
  Table table = table_with_limit(R"({"at_most": 0})");
  table.rows.at(0).cells.at(1).rate = {1, 8};  // scipy: [0.00316, 0.52651]
  table.rows.at(1).cells.at(1).rate = {7, 8};
  EXPECT_THAT(texts(table, 2), ElementsAre("1 of 8 (0.3 to 53 %)", "7 of 8 (47 to 99.7 %)"));
}

TEST(BuildTable, SortsByRates) {
  EXPECT_THAT(labels(table_with_limit(R"({"at_most": 0.0131})", "good")), ElementsAre("xtanh", "GeLU"));
  EXPECT_THAT(labels(table_with_limit(R"({"at_least": 0.012})", "published")), ElementsAre("GeLU", "xtanh"));
}

TEST(BuildTable, ComparesThePublishedOrderWithRates) {
  const auto agreement = table_with_limit(R"({"at_most": 0.0131})").agreements.at(1);
  EXPECT_EQ(agreement.pairs, 1);
  EXPECT_EQ(agreement.same_order, 0);
}

TEST(BuildTable, CountsWhichPublishedOrderOurMeansHave) {
  Plan plan = lnn::test::sample_plan();
  Json& published = plan.experiments[0]["tables"][0]["published"];
  published.push_back({{"where", {{"network.activation", "xtanh"}}}, {"best_val_total", 0.001}});
  const Table table = build_tables(plan, lnn::test::sample_contents(), "RUN").at(0);
  EXPECT_EQ(table.agreements.at(0).pairs, 1) << "softplus was not trained";
  EXPECT_EQ(table.agreements.at(0).same_order, 0);
}

TEST(BuildTable, WithoutDefinitionShowsAllSweptKeys) {
  Plan plan = lnn::test::sample_plan();
  plan.experiments[0].erase("tables");
  plan.experiments[0]["cases"] = Json::parse(R"([{"label": "base", "set": {"training.lambda": 1}}])");
  const Table table = build_tables(plan, lnn::test::sample_contents(), "RUN").at(0);
  EXPECT_EQ(table.definition.name, "activations");
  EXPECT_THAT(table.definition.rows, ElementsAre("case", "network.activation", "training.lambda"));
  EXPECT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows.at(0).cells.at(0).summary.count, 2U);
}

TEST(TableDefinitions, KnowWhichRowIsBest) {
  using lnn::analysis::Best;
  EXPECT_EQ(lnn::analysis::best_of("best_val_total"), Best::lowest);
  EXPECT_EQ(lnn::analysis::best_of("rollouts_completed"), Best::highest);
  EXPECT_EQ(lnn::analysis::best_of("rollout2_chaos_time"), Best::none);
  EXPECT_EQ(lnn::analysis::best_of("metric_power_z_residual"), Best::lowest);
}

TEST(TableDefinitions, NameADamagedOne) {
  Plan plan = lnn::test::sample_plan();
  plan.experiments[0]["tables"][0].erase("rows");
  EXPECT_THAT([&] { lnn::analysis::table_definitions(plan); },
              ThrowsMessage<lnn::EnvironmentError>(HasSubstr("experiment 'activations': damaged table")));
}

}  // namespace
