#include "analysis/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "base/error.h"
#include "base/files.h"
#include "store/trial_file.h"
#include "tests/store/sample_trials.h"

namespace {

namespace fs = std::filesystem;
using lnn::analysis::Exported;
using lnn::analysis::ExportFormat;
using lnn::analysis::RunResults;
using lnn::experiment::Json;
using lnn::store::Column;
using lnn::store::RunDirectory;
using lnn::store::TrialRecord;
using testing::ElementsAre;
using testing::HasSubstr;

using CsvRow = std::map<std::string, std::string>;

/// Splits a line as RFC 4180 says; written for the test, apart from the program's own writer.
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

std::vector<CsvRow> rows_of(const fs::path& path) {
  std::istringstream text(lnn::read_text_file(path));
  std::string line;
  std::getline(text, line);
  const std::vector<std::string> header = fields_of(line);
  std::vector<CsvRow> rows;
  while (std::getline(text, line)) {
    const std::vector<std::string> fields = fields_of(line);
    EXPECT_EQ(fields.size(), header.size()) << line;
    CsvRow& row = rows.emplace_back();
    for (std::size_t i = 0; i < std::min(fields.size(), header.size()); ++i) row[header[i]] = fields[i];
  }
  return rows;
}

class ExportTest : public lnn::test::InFolder {
 protected:
  /// A run of the trials a and b, of which b has a column of its own, and c, which has not been trained.
  RunResults write_run(const std::string& name) {
    RunResults run{folder_ / name, {}, {}};
    run.plan.scale = "desk";
    run.plan.experiments = {Json::parse(R"({"name": "widths", "system": "sphere"})")};
    for (const std::string id : {"a", "b", "c"}) {
      run.plan.trials.push_back(lnn::test::planned(
          id, "widths", "width \"8\", " + id, {{"network.width", 8}}, 3,
          {{"network", {{"width", 8}, {"seed", 3}}}, {"data", {{"q_box", {{0.1, 0.5}}}}}}));
    }
    const RunDirectory directory{run.name};
    fs::create_directories(directory.trials());
    for (const std::string id : {"a", "b"}) {
      TrialRecord record = lnn::test::completed_record(id, 0.1 + 0.2, 0.5);
      record.history = {{"train_total", "1", "training loss", {1.5, 1e-17}}};
      if (id == "b") {
        record.history.front().values = {std::nan(""), INFINITY, 3};
        record.history.push_back({"train_symmetry", "1", "symmetry loss", {7, 8, 9}});
      }
      record.groups = {{"rollouts",
                        "1",
                        {},
                        {{"t", "s", "time", {2}, {0, 0.5}, false},
                         {"q_true", "rad", "true", {2, 2}, {1, 2, 3, 4}, false},
                         {"scalar", "1", "no trajectory", {}, {9}, false}}}};
      lnn::store::write_trial(directory.trial(id), record);
      run.contents.records[id] = lnn::store::read_trial(directory.trial(id), lnn::store::Part::summary);
    }
    return run;
  }

  Exported export_to(const std::vector<RunResults>& runs, ExportFormat format, bool rollouts = false) const {
    return lnn::analysis::export_runs(runs, {folder_ / "out", format, rollouts});
  }

  Json json(const std::string& name) const {
    return Json::parse(lnn::read_text_file(folder_ / "out" / name));
  }
};

TEST_F(ExportTest, TrialsHaveOneRowEachWithSettingsOutcomeMetricsAndProvenance) {
  const Exported exported = export_to({write_run("run")}, ExportFormat::csv);
  EXPECT_EQ(exported.rows, 3U);
  const auto rows = rows_of(folder_ / "out" / "trials.csv");
  ASSERT_EQ(rows.size(), 3U);
  const CsvRow& a = rows[0];
  EXPECT_EQ(a.at("run"), (folder_ / "run").string());
  EXPECT_EQ(a.at("label"), "width \"8\", a");
  EXPECT_EQ(a.at("scale"), "desk");
  EXPECT_EQ(a.at("seed"), "3");
  EXPECT_EQ(a.at("network.width"), "8");
  EXPECT_EQ(a.at("data.q_box"), "[[0.1,0.5]]");
  EXPECT_EQ(a.at("outcome"), "completed");
  EXPECT_EQ(a.at("best_val_total"), "0.30000000000000004") << "all digits";
  const CsvRow& c = rows[2];
  EXPECT_EQ(c.at("outcome"), "missing");
  EXPECT_EQ(c.at("network.width"), "8");
  EXPECT_EQ(c.at("best_val_total"), "") << "no value is not a number";
  EXPECT_EQ(c.at("attempts"), "");
}

TEST_F(ExportTest, EpochsHaveAllColumnsOfAllTrialsAndKeepWhatIsNotFinite) {
  export_to({write_run("run")}, ExportFormat::csv);
  const auto rows = rows_of(folder_ / "out" / "epochs.csv");
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[0].at("epoch"), "1");
  EXPECT_EQ(rows[0].at("train_total"), "1.5");
  EXPECT_EQ(rows[1].at("train_total"), "1e-17");
  EXPECT_EQ(rows[1].at("train_symmetry"), "") << "trial a has no such column";
  EXPECT_EQ(rows[2].at("id"), "b");
  EXPECT_EQ(rows[2].at("train_total"), "nan");
  EXPECT_EQ(rows[3].at("train_total"), "inf");
  EXPECT_EQ(rows[4].at("train_symmetry"), "9");
}

TEST_F(ExportTest, RolloutsAreWrittenOnRequestWithOneColumnPerCoordinate) {
  export_to({write_run("run")}, ExportFormat::csv);
  EXPECT_FALSE(fs::exists(folder_ / "out" / "rollouts.csv"));
  export_to({write_run("run")}, ExportFormat::csv, true);
  const auto rows = rows_of(folder_ / "out" / "rollouts.csv");
  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[1].at("test"), "1");
  EXPECT_EQ(rows[1].at("t"), "0.5");
  EXPECT_EQ(rows[1].at("q_true_1"), "3");
  EXPECT_EQ(rows[1].at("q_true_2"), "4");
  EXPECT_FALSE(rows[1].contains("scalar"));
}

TEST_F(ExportTest, JsonHoldsTheSameWithNullWhereThereIsNoNumber) {
  export_to({write_run("run")}, ExportFormat::json, true);
  const Json trials = json("trials.json");
  ASSERT_EQ(trials.size(), 3U);
  EXPECT_EQ(trials.at(0).at("best_val_total"), 0.1 + 0.2);
  EXPECT_EQ(trials.at(0).at("data.q_box"), Json::parse("[[0.1, 0.5]]"));
  EXPECT_TRUE(trials.at(2).at("best_val_total").is_null());
  const Json epochs = json("epochs.json");
  ASSERT_EQ(epochs.size(), 2U) << "one object per trial";
  EXPECT_EQ(epochs.at(0).at("epoch"), Json::parse("[1, 2]"));
  EXPECT_EQ(epochs.at(1).at("train_total"), Json::parse("[null, null, 3]"));
  EXPECT_EQ(json("rollouts.json").at(1).at("q_true_2"), Json::parse("[2, 4]"));
}

TEST_F(ExportTest, ColumnsSayUnitAndMeaning) {
  export_to({write_run("run")}, ExportFormat::json, true);
  const Json columns = json("columns.json");
  const Json time{{"file", "rollouts"}, {"column", "t"}, {"unit", "s"}, {"meaning", "time"}};
  const Json loss{{"file", "epochs"}, {"column", "train_total"}, {"unit", "1"}, {"meaning", "training loss"}};
  EXPECT_THAT(columns, testing::IsSupersetOf({time, loss}));
}

TEST_F(ExportTest, RunsComeTogetherAndStayApartByTheirName) {
  const Exported exported = export_to({write_run("one"), write_run("two")}, ExportFormat::csv);
  EXPECT_EQ(exported.rows, 6U);
  std::map<std::string, int> runs;
  for (const CsvRow& row : rows_of(folder_ / "out" / "epochs.csv")) ++runs[row.at("run")];
  EXPECT_THAT(runs, ElementsAre(testing::Pair(folder_ / "one", 5), testing::Pair(folder_ / "two", 5)));
}

TEST_F(ExportTest, ATrialThatWasDamagedMeanwhileIsNamedAndLeftOut) {
  const RunResults run = write_run("run");
  fs::resize_file(RunDirectory{run.name}.trial("a"), 1000);
  const Exported exported = export_to({run}, ExportFormat::csv);
  EXPECT_THAT(exported.problems, ElementsAre(HasSubstr("a.h5: truncated")));
  for (const CsvRow& row : rows_of(folder_ / "out" / "epochs.csv")) EXPECT_EQ(row.at("id"), "b");
}

TEST_F(ExportTest, AFullDiskLeavesTheOlderFilesAsTheyWere) {
  const RunResults run = write_run("run");
  export_to({run}, ExportFormat::csv);
  const std::string before = lnn::read_text_file(folder_ / "out" / "trials.csv");
  {
    const lnn::test::FileSizeLimit limit(64);
    EXPECT_THROW(export_to({run}, ExportFormat::csv), lnn::EnvironmentError);
  }
  EXPECT_EQ(lnn::read_text_file(folder_ / "out" / "trials.csv"), before);
  EXPECT_EQ(files_in(folder_ / "out"), 3) << "nothing half-written is left";
}

}  // namespace
