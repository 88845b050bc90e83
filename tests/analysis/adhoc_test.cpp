#include "analysis/adhoc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "tests/analysis/small_run.h"

namespace {

using lnn::UserError;
using lnn::analysis::query_table;
using lnn::analysis::Row;
using lnn::analysis::RunResults;
using lnn::analysis::Table;
using lnn::experiment::Json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

const RunResults& both() {
  static const RunResults run =
      lnn::test::small_run({lnn::test::small_experiment(), lnn::test::sharing_experiment()});
  return run;
}

std::vector<std::string> labels(const Table& table) {
  std::vector<std::string> all;
  for (const Row& row : table.rows) all.push_back(testing::PrintToString(row.labels));
  return all;
}

std::vector<std::size_t> counts(const Table& table) {
  std::vector<std::size_t> all;
  for (const Row& row : table.rows) all.push_back(row.cells.at(0).summary.count);
  return all;
}

TEST(QueryTable, GroupsByAnySettingInNumericOrder) {
  const Table table = query_table(both(), {{"network.width"}, {"best_val_total"}, {}});
  EXPECT_THAT(labels(table), ElementsAre("{ \"8\" }", "{ \"16\" }", "{ \"128\" }"));
  // Width 16: gelu and xtanh, and the fast case; what both experiments share counts once.
  EXPECT_THAT(counts(table), ElementsAre(6, 9, 6));
  EXPECT_DOUBLE_EQ(table.rows[0].cells[0].summary.mean, 2.0 / 8);
  EXPECT_EQ(table.definition.title, "best_val_total by width");
}

TEST(QueryTable, TakesTheLastPartOfAKeyAndSeveralMetrics) {
  const Table table = query_table(both(), {{"activation", "width"}, {"best_val_total", "seconds"}, {}});
  EXPECT_THAT(table.definition.rows, ElementsAre("network.activation", "network.width"));
  EXPECT_EQ(table.rows.size(), 6U);
  EXPECT_EQ(table.definition.columns.at(1).unit, "s");
  EXPECT_DOUBLE_EQ(table.rows[0].cells[1].summary.mean, 36);
}

TEST(QueryTable, CountsASharedTrialInEachOfItsArms) {
  const Table table = query_table(both(), {{"experiment"}, {}, {}});
  EXPECT_THAT(labels(table), ElementsAre("{ \"rates\" }", "{ \"widths\" }"));
  EXPECT_THAT(counts(table), ElementsAre(6, 18));
  EXPECT_THAT(counts(query_table(both(), {{"case"}, {}, {{"experiment", "rates"}}})), ElementsAre(3, 3));
}

TEST(QueryTable, KeepsWhatWhereAllows) {
  const Table table = query_table(both(), {{"activation"}, {}, {{"width", "8"}, {"width", "128"}}});
  EXPECT_THAT(counts(table), ElementsAre(6, 6));
  EXPECT_EQ(table.definition.note, "Only trials with width = 8 or 128.");
  EXPECT_EQ(query_table(both(), {{"provenance.processor"}, {}, {{"network.seed", "2"}}}).rows.size(), 1U);
}

// What one experiment sweeps another one may take for granted.
TEST(QueryTable, KnowsAValueHoweverAnExperimentWritesIt) {
  auto sweeping = lnn::test::sharing_experiment();
  sweeping["cases"] =
      Json::parse(R"([{"label": "full", "set": {"data.q_box": [["pi/4", "3pi/4"], [0, "2pi"]]}},
                                      {"label": "half", "set": {"data.q_box": [["pi/4", "3pi/4"], [0, "pi"]]}}])");
  auto fixed = lnn::test::small_experiment();
  fixed["base"]["data.q_box"] = Json::parse(R"([["pi/4", "3pi/4"], [0, "pi"]])");
  const RunResults run = lnn::test::small_run({sweeping, fixed});
  const Table table = query_table(run, {{"data.q_box"}, {}, {}});
  EXPECT_THAT(labels(table),
              ElementsAre("{ \"[[pi/4, 3pi/4], [0, pi]]\" }", "{ \"[[pi/4, 3pi/4], [0, 2pi]]\" }"));
  EXPECT_EQ(query_table(run, {{"data.q_box"}, {}, {{"data.q_box", "[[pi/4, 3pi/4], [0, pi]]"}}}).planned, 18);
}

TEST(QueryTable, WithoutKeysGroupsByAllThatDiffer) {
  const Table table = query_table(lnn::test::small_run({lnn::test::small_experiment()}), {});
  EXPECT_THAT(table.definition.rows, ElementsAre("network.activation", "network.width"));
}

TEST(QueryTable, ComparesItsRows) {
  const Table table = query_table(both(), {{"width"}, {}, {{"activation", "xtanh"}}});
  EXPECT_TRUE(table.rows[2].cells[0].standing.is_best);
  const auto& contrast = table.rows[0].cells[0].standing.contrast.value();
  EXPECT_EQ(contrast.pairs, 3U);
  EXPECT_DOUBLE_EQ(contrast.effect.estimate, 16);
  EXPECT_DOUBLE_EQ(contrast.core_hours.value(),
                   static_cast<double>(*contrast.more_seeds) * 2 * 36 * 2 / 3600);
}

TEST(MetricsOf, RunsListsEachOnceWithItsMeaning) {
  const RunResults runs[] = {both(), both()};
  std::vector<std::string> names;
  for (const auto& metric : lnn::analysis::metrics_of(runs)) names.push_back(metric.name);
  EXPECT_THAT(names, ElementsAre("best_val_total", "instability_train_total", "seconds"));
  EXPECT_EQ(lnn::analysis::metrics_of(runs).back().unit, "s");
}

TEST(QueryTable, NamesTheNearestOfWhatThereIs) {
  const auto query = [](const lnn::analysis::TableQuery& wanted) {
    return [wanted] { query_table(both(), wanted); };
  };
  EXPECT_THAT(
      query({{"network.widht"}, {}, {}}),
      ThrowsMessage<UserError>(AllOf(HasSubstr("--group-by: unknown value 'network.widht'"),
                                     HasSubstr("Did you mean 'network.width'?"), HasSubstr("'case'"))));
  EXPECT_THAT(
      query({{}, {"best_val_totl"}, {}}),
      ThrowsMessage<UserError>(HasSubstr("--metric: unknown value 'best_val_totl'. Did you mean "
                                         "'best_val_total'? `lnn-sweep table RUN --list-metrics` lists")));
  EXPECT_THAT(query({{}, {"symmetry_angle"}, {}}),
              ThrowsMessage<UserError>(HasSubstr("unknown value 'symmetry_angle'. `lnn-sweep table RUN")))
      << "a metric, but not of these trials";
  EXPECT_THAT(
      query({{}, {}, {{"network.width", "12"}}}),
      ThrowsMessage<UserError>(AllOf(HasSubstr("--where network.width"), HasSubstr("'128', '16', '8'"))));
  EXPECT_THAT(query({{"samples"}, {}, {{"width", "8"}, {"case", "fast"}}}),
              ThrowsMessage<UserError>(HasSubstr("no trial has all of these")));
  EXPECT_THAT(query({{"activatoin"}, {}, {}}),
              ThrowsMessage<UserError>(HasSubstr("Did you mean 'network.activation'?")));
  EXPECT_THAT(query({{"seed"}, {}, {}}),
              ThrowsMessage<UserError>(HasSubstr("'data.seed', 'network.seed'. Write the one you mean.")));
}

}  // namespace
