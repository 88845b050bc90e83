// `lnn-sweep claims` on run folders that the test writes: selection, formats and exit codes.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "launch.h"
#include "tests/in_folder.h"
#include "tests/store/written_run.h"

namespace {

namespace fs = std::filesystem;
using lnn::experiment::Json;
using lnn::store::RunDirectory;
using testing::HasSubstr;

/// Two arms of three seeds, and claims of which the first holds.
Json experiment_text() {
  return Json::parse(R"({
    "name": "widths", "system": "sphere", "grid": {"network.width": [8, 16]}, "seeds": [1, 2, 3],
    "base": {"data.samples": 100, "training.epochs": 1},
    "claims": [
      {"name": "wide_wins", "statement": "Wide networks have a lower loss.", "metric": "best_val_total",
       "of": {"network.width": 16}, "against": {"network.width": 8}, "comparison": "lower",
       "scales": ["desk"]},
      {"name": "narrow_wins", "statement": "Narrow networks have a lower loss.", "metric": "best_val_total",
       "of": {"network.width": 8}, "against": {"network.width": 16}, "comparison": "lower",
       "scales": ["desk"]}
    ]
  })");
}

class ClaimsTest : public lnn::test::InFolder {
 protected:
  /// A run whose losses are 1 over the width.
  RunDirectory write_run(const std::string& name, const Json& text) const {
    const RunDirectory run{folder_ / name};
    lnn::test::write_run(run, text, [](const lnn::experiment::PlannedTrial& trial) {
      lnn::store::TrialRecord record = lnn::test::completed_trial(trial);
      const double loss = 1 / trial.config().at("network").at("width").get<double>();
      record.metrics["best_val_total"] = {loss, "1", "lowest total validation loss"};
      return record;
    });
    return run;
  }

  Finished claims(std::vector<std::string> words) const {
    words.insert(words.begin(), {LNN_SWEEP_PROGRAM, "claims"});
    return Launched(words, {}, folder_ / "output").wait();
  }
};

TEST_F(ClaimsTest, JudgesAllClaimsAndTellsByItsCodeWhenOneIsNotReproduced) {
  const std::string run = write_run("run", experiment_text()).root;
  const Finished all = claims({run});
  EXPECT_EQ(all.code, 1) << all.output;
  EXPECT_THAT(all.output, HasSubstr("2 claims: 1 reproduced, 1 not reproduced."));
  const Finished one = claims({run, "--name", "wide_wins", "--json"});
  EXPECT_EQ(one.code, 0) << one.output;
  const auto document = Json::parse(one.output);
  EXPECT_EQ(document.at("experiments").at(0).at("claims").size(), 1U);
  EXPECT_EQ(document.at("experiments").at(0).at("claims").at(0).at("verdict"), "reproduced");
}

TEST_F(ClaimsTest, PoolsRunsAndSelectsExperiments) {
  const std::string first = write_run("first", experiment_text()).root;
  Json other = experiment_text();
  other["name"] = "others";
  const std::string second = write_run("second", other).root;
  const Finished both = claims({first, second, first, "--format", "latex"});
  EXPECT_EQ(both.code, 1) << both.output;
  EXPECT_THAT(both.output, HasSubstr("tab:claims-widths-desk"));
  EXPECT_THAT(both.output, HasSubstr("tab:claims-others-desk"));
  const Finished one = claims({first, second, "--experiment", "others"});
  EXPECT_THAT(one.output, Not(HasSubstr("widths")));
}

TEST_F(ClaimsTest, ReportsDamagedTrials) {
  const RunDirectory run = write_run("run", experiment_text());
  std::ofstream(fs::directory_iterator(run.trials())->path()) << "nothing";
  const Finished one = claims({run.root.string(), "--name", "wide_wins"});
  EXPECT_EQ(one.code, 1) << one.output;
  EXPECT_THAT(one.output, HasSubstr("PARTIAL: 5 of 6 trials finished"));
  EXPECT_THAT(one.output, HasSubstr("too few seeds (n=2"));
}

TEST_F(ClaimsTest, ExplainsMistakes) {
  const std::string run = write_run("run", experiment_text()).root;
  const auto expect_refused = [&](const std::vector<std::string>& words, const char* message) {
    const Finished refused = claims(words);
    EXPECT_EQ(refused.code, 2) << refused.output;
    EXPECT_THAT(refused.output, HasSubstr(message));
  };
  expect_refused({}, "claims: RUN is missing");
  expect_refused({run, "--name", "wide_win"}, "--name: unknown value 'wide_win'. Did you mean 'wide_wins'?");
  expect_refused({run, "--experiment", "width"}, "Did you mean 'widths'?");
  expect_refused({run, "--format", "csv"}, "--format: unknown value 'csv'");
  Json without = experiment_text();
  without.erase("claims");
  expect_refused({write_run("bare", without).root}, "no experiment in these runs lists claims");
}

}  // namespace
