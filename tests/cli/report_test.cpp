// `lnn-sweep report` and `lnn-sweep export` on run folders that the test writes: files, warnings, exit codes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "launch.h"
#include "tests/in_folder.h"
#include "tests/store/written_run.h"

namespace {

namespace fs = std::filesystem;
using lnn::read_text_file;
using lnn::experiment::Json;
using lnn::store::RunDirectory;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Two arms of two seeds; a claim that holds, and a title that is markup.
Json experiment_text() {
  return Json::parse(R"({
    "name": "widths", "title": "<b>Widths</b>", "system": "sphere",
    "grid": {"network.width": [8, 16]}, "seeds": [1, 2, 3],
    "base": {"data.samples": 100, "training.epochs": 1},
    "claims": [
      {"name": "wide_wins", "statement": "Wide networks have a lower loss.", "metric": "best_val_total",
       "of": {"network.width": 16}, "against": {"network.width": 8}, "comparison": "lower",
       "scales": ["desk"]}
    ]
  })");
}

class ReportTest : public lnn::test::InFolder {
 protected:
  /// A run whose losses are 1 over the width; the last trial is missing where `finished` is false.
  RunDirectory write_run(const std::string& name, bool finished = true) const {
    const RunDirectory run{folder_ / name};
    const auto make = [&](const lnn::experiment::PlannedTrial& trial) {
      lnn::store::TrialRecord record = lnn::test::completed_trial(trial);
      const double loss = 1 / trial.config().at("network").at("width").get<double>();
      record.metrics["best_val_total"] = {loss, "1", "lowest total validation loss"};
      record.history = {{"train_total", "1", "training loss", {2 * loss}}};
      record.provenance = {{"processor", "Fast <" + name + ">"}};
      return record;
    };
    const auto plan = lnn::test::write_run(run, experiment_text(), make);
    if (!finished) fs::remove(run.trial(plan.trials.back().id));
    return run;
  }

  Finished launch(std::vector<std::string> words,
                  const std::map<std::string, std::string>& variables = {}) const {
    words.insert(words.begin(), LNN_SWEEP_PROGRAM);
    return Launched(words, variables, folder_ / "output").wait();
  }
};

TEST_F(ReportTest, WritesOnePageWithTablesClaimsAndProvenance) {
  const Finished done =
      launch({"report", write_run("run").root, "--out", folder_ / "new/page", "--no-figures"});
  EXPECT_EQ(done.code, 0) << done.output;
  const std::string page = read_text_file(folder_ / "new/page/report.html");
  EXPECT_THAT(page, AllOf(HasSubstr("Wide networks have a lower loss."), HasSubstr("reproduced"),
                          HasSubstr("&lt;b&gt;Widths&lt;/b&gt;"), HasSubstr("Fast &lt;run&gt;")));
  EXPECT_THAT(page, Not(HasSubstr("PARTIAL")));
  EXPECT_THAT(page, HasSubstr("6 of 6 trials completed"));
}

TEST_F(ReportTest, ARunInProgressGivesAPartialReport) {
  const Finished done =
      launch({"report", write_run("run", false).root, "--out", folder_ / "page.html", "--no-figures"});
  EXPECT_EQ(done.code, 0) << done.output;
  EXPECT_THAT(read_text_file(folder_ / "page.html"),
              AllOf(HasSubstr("PARTIAL"), HasSubstr("1 of 6 trials have no result yet")));
}

TEST_F(ReportTest, ADamagedFileIsNamedInThePageAndTheCodeIsOne) {
  const RunDirectory run = write_run("run");
  const fs::path file = fs::directory_iterator(run.trials())->path();
  fs::resize_file(file, 700);
  const Finished done = launch({"report", run.root, "--out", folder_ / "page.html", "--no-figures"});
  EXPECT_EQ(done.code, 1);
  EXPECT_THAT(done.output, HasSubstr(file.filename().string() + ": truncated"));
  EXPECT_THAT(read_text_file(folder_ / "page.html"), HasSubstr("truncated"));
}

TEST_F(ReportTest, AForeignRunIsLeftOutAndNoRunIsAnError) {
  fs::create_directories(folder_ / "foreign");
  const Finished beside = launch(
      {"report", write_run("run").root, folder_ / "foreign", "--out", folder_ / "page.html", "--no-figures"});
  EXPECT_EQ(beside.code, 1);
  EXPECT_THAT(beside.output, HasSubstr("foreign: not a run"));
  EXPECT_TRUE(fs::exists(folder_ / "page.html"));
  const Finished alone = launch({"report", folder_ / "foreign", "--out", folder_ / "other.html"});
  EXPECT_EQ(alone.code, 2);
  EXPECT_FALSE(fs::exists(folder_ / "other.html"));
}

TEST_F(ReportTest, TwoMachinesAreMergedWithAWarning) {
  const Finished done = launch({"report", write_run("one", false).root, write_run("two").root, "--out",
                                folder_ / "page.html", "--no-figures"});
  EXPECT_EQ(done.code, 0) << done.output;
  const std::string page = read_text_file(folder_ / "page.html");
  EXPECT_THAT(page, HasSubstr("6 of 6 trials finished")) << "what one run lacks the other has";
  EXPECT_THAT(done.output, HasSubstr("processor"));
  EXPECT_THAT(page, HasSubstr("Read the numbers with this in mind"));
}

TEST_F(ReportTest, WithoutGnuplotThePageLacksOnlyItsFigures) {
  const Finished done =
      launch({"report", write_run("run").root, "--out", folder_ / "page.html"}, {{"PATH", "/nowhere"}});
  EXPECT_EQ(done.code, 1);
  EXPECT_THAT(done.output, AllOf(HasSubstr("The figures are missing"), HasSubstr("gnuplot-nox")));
  EXPECT_THAT(read_text_file(folder_ / "page.html"),
              AllOf(HasSubstr("The figures are missing"), HasSubstr("Wide networks have a lower loss.")));
}

TEST_F(ReportTest, OutIsNeeded) {
  EXPECT_EQ(launch({"report", write_run("run").root}).code, 2);
  EXPECT_EQ(launch({"export", write_run("run").root}).code, 2);
}

TEST_F(ReportTest, ExportWritesFlatFilesOfSeveralRuns) {
  const RunDirectory two = write_run("two", false);
  ASSERT_EQ(launch({"collect", two.root}).code, 0);
  const Finished done =
      launch({"export", write_run("one").root, two.results(), "--out", folder_ / "flat", "--format", "json"});
  EXPECT_EQ(done.code, 0) << done.output;
  const Json trials = Json::parse(read_text_file(folder_ / "flat/trials.json"));
  EXPECT_EQ(trials.size(), 12U);
  const Json epochs = Json::parse(read_text_file(folder_ / "flat/epochs.json"));
  EXPECT_EQ(epochs.size(), 11U) << "one trial has no result yet";
  EXPECT_EQ(epochs.back().at("run"), two.results().string());
  EXPECT_THAT(done.output, HasSubstr("Fast <two>")) << "they come from two machines";
}

TEST_F(ReportTest, ExportRefusesAnUnknownFormatAndAFileAsFolder) {
  const std::string run = write_run("run").root;
  const Finished format = launch({"export", run, "--out", folder_ / "flat", "--format", "cvs"});
  EXPECT_EQ(format.code, 2);
  EXPECT_THAT(format.output, HasSubstr("Did you mean 'csv'?"));
  const Finished file = launch({"export", run, "--out", folder_ / "output"});
  EXPECT_EQ(file.code, 3) << file.output;
}

}  // namespace
