#include "analysis/report/report.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "analysis/report/html.h"
#include "base/files.h"
#include "tests/analysis/sample_run.h"

namespace {

using lnn::analysis::RunResults;
using lnn::analysis::report::escaped;
using lnn::analysis::report::facts_of;
using lnn::analysis::report::Forecast;
using lnn::analysis::report::Report;
using lnn::analysis::report::RunFacts;
using lnn::analysis::report::Sweep;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr const char* hostile = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>&amp;";

/// The tags of a page that is well-formed: every element is closed, in order. Fails the test otherwise.
std::multiset<std::string> tags_of(const std::string& page) {
  static const std::set<std::string> without_end{"meta", "img", "wbr", "!DOCTYPE"};
  std::multiset<std::string> tags;
  std::vector<std::string> open;
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::size_t end = page.find('>', at);
    const std::string tag = page.substr(at + 1, end - at - 1);
    const std::string name = tag.substr(0, tag.find(' '));
    if (tag.starts_with('/')) {
      EXPECT_FALSE(open.empty());
      if (open.empty()) return tags;
      EXPECT_EQ("/" + open.back(), tag) << page.substr(at, 80);
      open.pop_back();
    } else {
      tags.insert(name);
      if (!without_end.contains(name)) open.push_back(name);
    }
  }
  EXPECT_THAT(open, IsEmpty());
  return tags;
}

RunResults sample_results(const std::string& name = "RUN") {
  RunResults run{name, lnn::test::sample_plan(), lnn::test::sample_contents()};
  run.contents.damaged["x3"] = "x3.h5: truncated";
  run.contents.records.at("g1").metrics["seconds"] = {30, "s", ""};
  run.contents.records.at("g2").metrics["seconds"] = {10, "s", ""};
  for (auto& trial : run.plan.trials) trial.cost = trial.id == "g1" ? 3 : 1;
  return run;
}

Report sample_report() {
  Report report;
  report.runs = {facts_of(sample_results())};
  for (const auto& table :
       lnn::analysis::build_tables(sample_results().plan, sample_results().contents, "RUN")) {
    report.tables.push_back(to_text_table(table));
  }
  report.figures = {{"Activations", "A figure", "loss by activation", "<svg/>"}};
  report.time = "2026-01-31T12:34:56Z";
  report.program = "lnn-sweep 0.1.0";
  return report;
}

TEST(HtmlTest, NoMarkupGetsThrough) {
  EXPECT_EQ(escaped("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
  EXPECT_EQ(escaped("α ± 1\n"), "α ± 1\n");
}

TEST(HtmlTest, WhatIsNotTextIsReplaced) {
  const std::string replacement = "\xEF\xBF\xBD";
  EXPECT_EQ(escaped(std::string("a\0b", 3)), "a" + replacement + "b");
  EXPECT_EQ(escaped("\x1b[31m"), replacement + "[31m");
  EXPECT_EQ(escaped("\xC3"), replacement) << "truncated";
  EXPECT_EQ(escaped("\xC0\xBC"), replacement + replacement) << "an overlong '<'";
  EXPECT_EQ(escaped("\xED\xA0\x80"), replacement + replacement + replacement) << "a surrogate";
}

TEST(ReportTest, IsOneWellFormedPageThatLoadsAndRunsNothing) {
  const std::string page = to_html(sample_report());
  const auto tags = tags_of(page);
  EXPECT_EQ(tags.count("html"), 1U);
  EXPECT_EQ(tags.count("h1"), 1U);
  EXPECT_EQ(tags.count("script"), 0U);
  EXPECT_EQ(tags.count("link"), 0U);
  EXPECT_EQ(tags.count("img"), 1U);
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("http:")));
  EXPECT_THAT(page, Not(HasSubstr("https:")));
}

TEST(ReportTest, HostileTextsStayTexts) {
  RunResults run = sample_results(hostile);
  for (auto& experiment : run.plan.experiments) {
    experiment["name"] = "activations";
    for (const char* key : {"title", "description", "system"}) experiment[key] = hostile;
    experiment["paper"] = {{"section", hostile}};
  }
  for (auto& trial : run.plan.trials) {
    lnn::test::change_arm(trial, [](auto& arm) { arm.label = hostile; });
  }
  auto& record = run.contents.records.at("x2");
  record.reason = hostile;
  record.provenance[hostile] = hostile;
  run.contents.damaged["x3"] = hostile;
  Report report = sample_report();
  report.runs = {facts_of(run)};
  report.problems = report.warnings = {hostile};
  report.figures = {{hostile, hostile, hostile, hostile}};
  report.tables.front().title = report.tables.front().note = hostile;
  report.tables.front().rows.front().front() = hostile;
  report.program = report.time = hostile;

  const std::string page = to_html(report);
  const auto tags = tags_of(page);
  EXPECT_EQ(tags.count("script"), 0U);
  EXPECT_EQ(tags.count("img"), 1U) << "the figure's own";
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)"));
}

TEST(ReportTest, TablesAreAccessible) {
  const std::string page = to_html(sample_report());
  const auto tags = tags_of(page);
  EXPECT_EQ(tags.count("table"), tags.count("caption"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"col\">"));
  EXPECT_THAT(page, HasSubstr("<th scope=\"row\">GeLU</th>"));
  EXPECT_THAT(page, HasSubstr("<html lang=\"en\">"));
}

TEST(ReportTest, FiguresAreEmbeddedWithTheirDescription) {
  // `printf '<svg/>' | base64`
  EXPECT_THAT(to_html(sample_report()),
              HasSubstr("<img alt=\"loss by activation\" src=\"data:image/svg+xml;base64,PHN2Zy8+\">"));
}

TEST(ReportTest, ARunInProgressIsMarkedPartial) {
  EXPECT_THAT(to_html(sample_report()), HasSubstr("PARTIAL"));
  Report report = sample_report();
  for (RunFacts& run : report.runs) run.partial = false;
  report.tables.clear();
  EXPECT_THAT(to_html(report), Not(HasSubstr("PARTIAL")));
}

TEST(ReportTest, ProblemsAndWarningsStandAtTheTop) {
  Report report = sample_report();
  report.problems = {"a file is truncated"};
  report.warnings = {"two processors"};
  const std::string page = to_html(report);
  const std::size_t body = page.find("<main>");
  EXPECT_LT(page.find("a file is truncated"), body);
  EXPECT_LT(page.find("two processors"), body);
}

TEST(FactsTest, CountTrialsByOutcomeAndNameEveryFailure) {
  const RunFacts facts = facts_of(sample_results());
  EXPECT_EQ(facts.planned, 6);
  EXPECT_THAT(facts.outcomes, ElementsAre(Pair("completed", 4), Pair("damaged", 1), Pair("diverged", 1)));
  ASSERT_EQ(facts.failed.size(), 2U);
  EXPECT_EQ(facts.failed[0].id, "x2");
  EXPECT_EQ(facts.failed[0].outcome, "diverged");
  EXPECT_THAT(facts.failed[0].reason, HasSubstr("NaN in epoch 2"));
  EXPECT_EQ(facts.failed[1].id, "x3");
  EXPECT_EQ(facts.failed[1].reason, "x3.h5: truncated");
}

TEST(FactsTest, ComparePlannedCostAndTimeOfCompletedTrials) {
  const RunFacts facts = facts_of(sample_results());
  ASSERT_EQ(facts.experiments.size(), 1U) << "the plan tells of one experiment";
  EXPECT_EQ(facts.experiments[0].planned, 5);
  EXPECT_EQ(facts.experiments[0].completed, 3);
  EXPECT_EQ(facts.experiments[0].seconds, 40);
  EXPECT_EQ(facts.experiments[0].cost, 5) << "g1, g2 and x1";
}

class SweepsTest : public lnn::test::InFolder {
 protected:
  std::vector<Sweep> read(const std::string& log) {
    lnn::write_text_file(folder_ / "events.jsonl", log);
    lnn::experiment::Plan plan;
    for (const std::string id : {"a", "b", "c", "d"}) {
      plan.trials.push_back(lnn::test::planned(id, "e", id, lnn::experiment::Json::object(), 1));
      plan.trials.back().cost = 1e9;
    }
    return lnn::analysis::report::read_sweeps(folder_ / "events.jsonl", plan);
  }

  /// Trials of ten seconds each, one after the other, from time 100 on.
  static std::string sweep(const std::string& ids, const std::string& end) {
    std::string log = R"({"event":"sweep_start","host":"node7","pid":1,"slots":1,"time":100,"waiting":4})"
                      "\n";
    int time = 100;
    for (const char id : ids) {
      log += fmt::format(R"({{"event":"trial_start","id":"{}","attempt":1,"slot":0,"time":{}}})"
                         "\n",
                         id, time);
      time += 10;
      log += fmt::format(R"({{"event":"trial_end","id":"{}","outcome":"completed","time":{}}})"
                         "\n",
                         id, time);
    }
    return log + end;
  }
};

TEST_F(SweepsTest, AForecastOfEqualTrialsIsExact) {
  const auto sweeps = read(sweep("abcd", R"({"event":"sweep_end","exit_code":0,"time":140})"
                                         "\n"));
  ASSERT_EQ(sweeps.size(), 1U);
  EXPECT_EQ(sweeps[0].host, "node7");
  EXPECT_TRUE(sweeps[0].finished);
  EXPECT_THAT(sweeps[0].started, ElementsAre("a", "b", "c", "d"));
  // Nothing is known at 10 %; afterwards the trial that runs is known to the second.
  ASSERT_EQ(sweeps[0].forecasts.size(), 3U);
  for (const Forecast& forecast : sweeps[0].forecasts) {
    EXPECT_THAT(forecast.actual, DoubleNear(40 * (1 - forecast.share), 1e-9));
  }
}

TEST_F(SweepsTest, TrialsThatTheSweepDidNotStartAreNoneOfItsForecast) {
  const auto sweeps = read(sweep("ab", R"({"event":"sweep_end","exit_code":0,"time":120})"
                                       "\n"));
  ASSERT_EQ(sweeps.size(), 1U);
  ASSERT_FALSE(sweeps[0].forecasts.empty());
  for (const Forecast& forecast : sweeps[0].forecasts) EXPECT_LE(forecast.remaining, 10) << forecast.share;
}

TEST_F(SweepsTest, ASweepThatWasStoppedIsNotScored) {
  const auto sweeps =
      read(sweep("ab", "") + sweep("cd", R"({"event":"sweep_end","exit_code":75,"time":120})"));
  ASSERT_EQ(sweeps.size(), 2U);
  for (const Sweep& one : sweeps) {
    EXPECT_FALSE(one.finished);
    EXPECT_THAT(one.forecasts, IsEmpty());
  }
}

TEST_F(SweepsTest, ForeignAndTornLinesAreSkipped) {
  const auto sweeps = read("\n[1]\n{\"event\":\"sweep_end\"}\n{\"time\":\"x\"}\nnull\n" +
                           sweep("a", "{\"event\":\"trial_st") + "\xFF\n");
  ASSERT_EQ(sweeps.size(), 1U);
  EXPECT_EQ(sweeps[0].end, 110);
}

TEST_F(SweepsTest, PartsAreReadFromTheirOwnLogs) {
  const auto log = [&](const std::string& name, const std::string& text) {
    lnn::write_text_file(folder_ / name, text);
  };
  log("events.shard-2-of-2.jsonl", sweep("ab", ""));
  log("events.shard-1-of-2.jsonl", R"({"event":"sweep_start","host":"node8","slots":3,"time":90})"
                                   "\n");
  log("events.jsonl", R"({"event":"sweep_start","host":"node9","slots":3,"time":110})"
                      "\n");
  log("events.shard-9-of-2.jsonl", sweep("c", ""));  // no such part
  Report report = sample_report();
  report.runs = {facts_of(sample_results(folder_))};
  const auto& sweeps = report.runs[0].sweeps;
  ASSERT_EQ(sweeps.size(), 3U);
  EXPECT_EQ(sweeps[0].part, "1/2");
  EXPECT_EQ(sweeps[0].host, "node8");
  EXPECT_EQ(sweeps[1].part, "2/2");
  EXPECT_THAT(sweeps[1].started, ElementsAre("a", "b"));
  EXPECT_EQ(sweeps[2].part, "");
  EXPECT_THAT(to_html(report), HasSubstr("Sweep (part 1/2) of"));
}

TEST_F(SweepsTest, NoLogIsNoSweep) {
  EXPECT_THAT(lnn::analysis::report::read_sweeps(folder_ / "absent", {}), IsEmpty());
}

}  // namespace
