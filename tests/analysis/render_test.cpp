#include "analysis/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/text_table.h"
#include "base/files.h"
#include "tests/analysis/sample_run.h"

namespace {

using lnn::analysis::Format;
using lnn::analysis::Table;
using lnn::experiment::Json;
using testing::HasSubstr;

std::vector<Table> sample_tables() {
  return lnn::analysis::build_tables(lnn::test::sample_plan(), lnn::test::sample_contents(), "results/a_1");
}

TEST(Render, Markdown) {
  EXPECT_EQ(render(sample_tables(), Format::markdown),
            R"(### Loss & instability by activation (Table 1)

Run results/a_1, scale desk. PARTIAL: 4 of 5 trials finished. Mean ± standard deviation over n trials.

| activation | validation loss       | published      | instability below GeLU | published | trials                                    |
| ---------- | --------------------- | -------------- | ---------------------- | --------- | ----------------------------------------- |
| GeLU       | 0.0123 ± 0.0011 (n=2) | 0.0071, 0.0069 | reference              | -         | 2                                         |
| xtanh      | 0.02 (n=1)            | -              | 75.0 % (n=1)           | -         | 1 of 3 diverged [1, 99] %, 1 of 3 missing |
| Softplus_1 | -                     | 0.05           | -                      | -12.5 %   | not planned                               |

A "note", with 100 %.
)");
}

TEST(Render, MarkdownSaysWhenTheRunIsComplete) {
  auto plan = lnn::test::sample_plan();
  std::erase_if(plan.trials, [](const auto& trial) { return trial.id == "x3"; });
  const auto tables = lnn::analysis::build_tables(plan, lnn::test::sample_contents(), "RUN");
  EXPECT_THAT(render(tables, Format::markdown),
              HasSubstr("Run RUN, scale desk. 4 of 4 trials finished. Mean"));
}

TEST(Render, MarkdownEscapesBars) {
  auto tables = sample_tables();
  tables[0].rows[0].labels[0] = "a|b";
  EXPECT_THAT(render(tables, Format::markdown), HasSubstr("| a\\|b       |"));
}

TEST(Render, Latex) {
  EXPECT_EQ(render(sample_tables(), Format::latex), R"(\begin{table}
  \centering
  \caption{Loss \& instability by activation (Table 1). Run results/a\_1, scale desk. PARTIAL: 4 of 5 trials finished. Mean $\pm$ standard deviation over n trials. A "note", with 100 \%.}
  \label{tab:activations-loss}
  \begin{tabular}{llllll}
    \toprule
    activation & validation loss & published & instability below GeLU & published & trials \\
    \midrule
    GeLU & 0.0123 $\pm$ 0.0011 (n=2) & 0.0071, 0.0069 & reference & - & 2 \\
    xtanh & 0.02 (n=1) & - & 75.0 \% (n=1) & - & 1 of 3 diverged [1, 99] \%, 1 of 3 missing \\
    Softplus\_1 & - & 0.05 & - & -12.5 \% & not planned \\
    \bottomrule
  \end{tabular}
\end{table}
)");
}

TEST(Render, LatexEscapesEverySpecialCharacter) {
  auto tables = sample_tables();
  tables[0].definition.note = R"(\ ~ ^ & % $ # _ { })";
  EXPECT_THAT(render(tables, Format::latex),
              HasSubstr(R"(\textbackslash{} \textasciitilde{} \textasciicircum{} \& \% \$ \# \_ \{ \})"));
}

/// Compares with tests/analysis/golden/NAME; with LNN_WRITE_GOLDEN=1 in the environment writes it instead, to
/// be read before it is committed.
void expect_golden(const std::string& text, const std::string& name) {
  const auto path = std::filesystem::path(LNN_SOURCE_DIR) / "tests" / "analysis" / "golden" / name;
  if (std::getenv("LNN_WRITE_GOLDEN") != nullptr) lnn::write_text_file(path, text);
  EXPECT_EQ(text, lnn::read_text_file(path)) << "LNN_WRITE_GOLDEN=1 analysis_test writes it anew";
}

/// Eight seeds of three arms: xtanh is separated from gelu, softplus is not; a column of reductions, and
/// `more_columns`.
std::vector<Table> compared_tables(const std::vector<Json>& more_columns = {}) {
  lnn::experiment::Plan plan;
  plan.scale = "desk";
  plan.experiments = {lnn::test::sample_experiment()};
  for (const Json& column : more_columns) plan.experiments[0]["tables"][0]["columns"].push_back(column);
  lnn::store::RunContents contents;
  const std::map<std::string, std::vector<double>> losses{
      {"gelu", {0.11, 0.25, 0.14, 0.42, 0.19, 0.31, 0.18, 0.40}},
      {"softplus", {0.10, 0.31, 0.12, 0.64, 0.16, 0.40, 0.17, 0.61}},
      {"xtanh", {0.52, 0.61, 0.33, 0.90, 0.45, 0.71, 0.40, 0.89}}};
  for (const auto& [activation, values] : losses) {
    for (std::uint64_t seed = 1; seed <= values.size(); ++seed) {
      const std::string id = activation + std::to_string(seed);
      plan.trials.push_back(
          lnn::test::planned(id, "activations", activation, {{"network.activation", activation}}, seed));
      const double loss = values[seed - 1];
      contents.records[id] = lnn::test::completed_record(id, loss, 1 - loss);
      contents.records[id].metrics["seconds"] = {90, "s", "wall time"};
    }
  }
  return lnn::analysis::build_tables(plan, contents, "RUN");
}

TEST(Render, LatexKeepsBracketsFromTheEndOfTheLine) {
  auto tables = sample_tables();
  tables[0].rows[0].labels[0] = "[0, 2pi]";
  EXPECT_THAT(render(tables, Format::latex), HasSubstr("    {[0, 2pi]} & 0.0123"));
}

TEST(Render, Csv) {
  expect_golden(render(sample_tables(), Format::csv), "sample.csv");
}

TEST(Render, ComparesRowsInMarkdown) {
  expect_golden(render(compared_tables(), Format::markdown), "compared.md");
}

TEST(Render, ComparesRowsInLatex) {
  expect_golden(render(compared_tables(), Format::latex), "compared.tex");
}

TEST(Render, BriefTablesLeaveTheComparisonOut) {
  const std::string brief = render(compared_tables(), Format::markdown, lnn::analysis::Detail::brief);
  EXPECT_THAT(brief, testing::Not(HasSubstr("comparison of rows")));
  EXPECT_THAT(render(compared_tables(), Format::markdown), testing::StartsWith(brief));
}

TEST(Render, MarksASeparatedRow) {
  auto tables = compared_tables();
  tables[0].rows[0].cells[0].standing.is_marked = true;
  EXPECT_THAT(render(tables, Format::markdown), HasSubstr("| **0.25 ± 0.12 (n=8)** |"));
  EXPECT_THAT(render(tables, Format::latex), HasSubstr("\\textbf{0.25 $\\pm$ 0.12 (n=8)} &"));
}

TEST(Render, CsvQuotes) {
  auto tables = sample_tables();
  tables[0].rows[0].group["network.activation"] = "a, \"b\"\nc";
  EXPECT_THAT(render(tables, Format::csv), HasSubstr("desk,\"a, \"\"b\"\"\nc\",best"));
}

TEST(Render, Json) {
  expect_golden(render(sample_tables(), Format::json), "sample.json");
}

TEST(Render, JsonHasHowRowsStand) {
  const auto table = nlohmann::json::parse(render(compared_tables(), Format::json)).at("tables").at(0);
  EXPECT_EQ(table.at("columns").at(0).at("statistic"), "mean");
  const auto& gelu = table.at("rows").at(0).at("cells").at("best_val_total").at("standing");
  EXPECT_TRUE(gelu.at("is_best"));
  EXPECT_FALSE(gelu.at("is_marked"));
  EXPECT_TRUE(gelu.at("contrast").is_null());
  const auto& xtanh = table.at("rows").at(1).at("cells").at("best_val_total").at("standing").at("contrast");
  EXPECT_EQ(xtanh.at("pairs"), 8);
  EXPECT_TRUE(xtanh.at("separated"));
  EXPECT_NEAR(xtanh.at("p"), 2.0 / 256, 1e-15);
  EXPECT_NEAR(xtanh.at("p_adjusted"), 4 * 2.0 / 256, 1e-15) << "four comparisons in two columns";
}

/// The same with a column that 2 of gelu's 8 losses keep, 2 of softplus and none of xtanh.
std::vector<Table> tables_with_rates() {
  return compared_tables(
      {{{"metric", "best_val_total"}, {"name", "low"}, {"title", "Low"}, {"at_most", 0.14}}});
}

// scipy.stats.binomtest: 2 of 8 are [0.03185403, 0.65085580], 0 of 8 [0, 0.36941664].
TEST(Render, RatesForPeople) {
  EXPECT_THAT(render(tables_with_rates(), Format::markdown),
              testing::AllOf(HasSubstr("| 2 of 8 (3 to 65 %) | 8 "), HasSubstr("| 0 of 8 (0 to 37 %) | 8 ")));
  EXPECT_THAT(render(tables_with_rates(), Format::latex), HasSubstr(" & 2 of 8 (3 to 65 \\%) & 8 \\\\\n"));
}

TEST(Render, RatesForPrograms) {
  const std::string csv = render(tables_with_rates(), Format::csv);
  EXPECT_THAT(csv, HasSubstr(",rate_count,rate_of,rate_low,rate_high\n"));
  EXPECT_THAT(
      csv, testing::ContainsRegex("gelu,low,best_val_total,8,[^\n]*,2,8,0.0318540[0-9]*,0.650855[0-9]*\n"));
  EXPECT_THAT(csv, testing::ContainsRegex("gelu,best_val_total,best_val_total,8,[^\n]*,,,,\n"));
  const auto table = Json::parse(render(tables_with_rates(), Format::json)).at("tables").at(0);
  EXPECT_EQ(table.at("columns").at(2).at("at_most"), 0.14);
  EXPECT_TRUE(table.at("columns").at(2).at("at_least").is_null());
  EXPECT_TRUE(table.at("columns").at(0).at("at_most").is_null());
  const auto& cells = table.at("rows").at(0).at("cells");
  EXPECT_TRUE(cells.at("best_val_total").at("rate").is_null());
  const auto& rate = cells.at("low").at("rate");
  EXPECT_EQ(rate.at("count"), 2);
  EXPECT_EQ(rate.at("of"), 8);
  EXPECT_NEAR(rate.at("interval").at(0).get<double>(), 0.03185403, 1e-8);
  EXPECT_NEAR(rate.at("interval").at(1).get<double>(), 0.65085580, 1e-8);
}

TEST(Render, RatesTakeNoPartInWhichRowIsBest) {
  const auto words = [](const std::vector<Table>& tables) {
    std::string all;
    for (const auto& table : lnn::analysis::to_comparison_tables(tables.at(0))) all += to_markdown(table);
    return all;
  };
  EXPECT_EQ(words(tables_with_rates()), words(compared_tables()));
  for (const auto& row : tables_with_rates().at(0).rows) {
    EXPECT_FALSE(row.cells.at(2).standing.is_best);
    EXPECT_FALSE(row.cells.at(2).standing.level.has_value());
  }
}

TEST(Render, JsonKeepsTheDocumentedOrder) {
  EXPECT_THAT(render(sample_tables(), Format::json),
              testing::StartsWith("{\n  \"format\": \"lnn-sweep tables\",\n  \"version\": 1,"));
}

}  // namespace
