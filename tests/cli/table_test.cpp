// `lnn-sweep table` on run folders that the test writes: ad-hoc tables, several runs, bad input, exit codes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "launch.h"
#include "tests/in_folder.h"
#include "tests/store/written_run.h"

namespace {

namespace fs = std::filesystem;
using lnn::experiment::Json;
using lnn::store::RunDirectory;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class TableTest : public lnn::test::InFolder {
 protected:
  /// Two widths; the loss is the seed over the width.
  RunDirectory write_run(const std::string& name, const std::string& seeds,
                         const std::string& processor) const {
    const RunDirectory run{folder_ / name};
    Json text = Json::parse(R"({
      "name": "widths", "system": "sphere", "grid": {"network.width": [8, 16]},
      "base": {"data.samples": 100, "training.epochs": 1}})");
    text["seeds"] = Json::parse(seeds);
    const auto make = [&](const lnn::experiment::PlannedTrial& trial) {
      const Json network = trial.config().at("network");
      lnn::store::TrialRecord record = lnn::test::completed_trial(trial);
      const double loss = network.at("seed").get<double>() / network.at("width").get<double>();
      record.metrics["best_val_total"] = {loss, "1", "lowest total validation loss"};
      record.provenance["processor"] = processor;
      return record;
    };
    lnn::store::collect(run, lnn::test::write_run(run, text, make));
    return run;
  }

  Finished table(std::vector<std::string> words) const {
    words.insert(words.begin(), {LNN_SWEEP_PROGRAM, "table"});
    return Launched(words, {}, folder_ / "output").wait();
  }
};

TEST_F(TableTest, MergesRunsOfDifferentMachinesAndSaysSo) {
  const RunDirectory one = write_run("one", "[1, 2, 3]", "fast");
  const RunDirectory two = write_run("two", "[4, 5, 6]", "slow");
  const Finished both = table({one.root, two.results(), "--group-by", "width"});
  EXPECT_EQ(both.code, 0) << both.output;
  EXPECT_THAT(both.output,
              AllOf(HasSubstr("12 of 12 trials finished"), HasSubstr("**0.22 ± 0.12 (n=6)**"),
                    HasSubstr("warning: The trials differ in processor: fast (6 trials), slow (6")));
  EXPECT_THAT(table({one.root}).output, Not(HasSubstr("differ")));
}

TEST_F(TableTest, LeavesDamagedAndForeignFilesOut) {
  const RunDirectory run = write_run("run", "[1, 2, 3]", "fast");
  const std::string id = lnn::store::read_run_plan(run).trials.front().id;
  fs::resize_file(run.trial(id), 1000);
  const Finished damaged = table({run.root, folder_ / "nowhere"});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output, AllOf(HasSubstr("PARTIAL: 5 of 6 trials finished"), HasSubstr("1 of 3 damaged"),
                                    HasSubstr(id + ".h5: truncated"), HasSubstr("nowhere: not a run")));
  EXPECT_EQ(table({folder_ / "nowhere"}).code, 2);
}

TEST_F(TableTest, SaysWhatThereIsInsteadOfWhatWasAskedFor) {
  const std::string run = write_run("run", "[1]", "fast").root;
  const auto expect = [&](const std::vector<std::string>& words, const std::string& message) {
    std::vector<std::string> all{run};
    all.insert(all.end(), words.begin(), words.end());
    const Finished finished = table(all);
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.output, HasSubstr(message));
  };
  expect({"--metric", "best_val_totl"}, "Did you mean 'best_val_total'?");
  expect({"--group-by", "network.widht"}, "Did you mean 'network.width'?");
  expect({"--where", "width=9"}, "Allowed: '16', '8'");
  expect({"--where", "width"}, "is not KEY=VALUE");
  expect({"--group-by", "width,,seed"}, "has an empty part");
  expect({"--table", "width"}, "Did you mean 'widths'?");
  expect({"--table", "widths", "--group-by", "width"}, "exclude each other");
}

TEST_F(TableTest, ListsTheMetricsOfARun) {
  const Finished listed = table({write_run("run", "[1]", "fast").root, "--list-metrics"});
  EXPECT_EQ(listed.code, 0) << listed.output;
  EXPECT_EQ(listed.output,
            "| metric | unit | meaning |\n|---|---|---|\n"
            "| `best_val_total` | 1 | lowest validation loss with penalty |\n");
}

TEST_F(TableTest, WritesEveryFormat) {
  const std::string run = write_run("run", "[1, 2, 3]", "fast").root;
  EXPECT_THAT(table({run, "--format", "latex"}).output, HasSubstr("\\toprule"));
  EXPECT_THAT(table({run, "--format", "csv"}).output, HasSubstr("\nwidths,widths,desk,16,"));
  const Json document = Json::parse(table({run, "--format", "json", "--where", "network.width=16"}).output);
  EXPECT_EQ(document.at("tables").at(0).at("rows").size(), 1U);
  EXPECT_EQ(table({run, "--out", folder_ / "table.md"}).output, "");
  EXPECT_TRUE(fs::exists(folder_ / "table.md"));
}

}  // namespace
