#include "analysis/runs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/error.h"
#include "base/files.h"
#include "store/results_file.h"
#include "tests/analysis/small_run.h"

namespace {

namespace fs = std::filesystem;
using lnn::EnvironmentError;
using lnn::UserError;
using lnn::analysis::load_runs;
using lnn::analysis::LoadedRuns;
using lnn::analysis::merge_runs;
using lnn::analysis::origin_differences;
using lnn::analysis::RunResults;
using lnn::experiment::Json;
using lnn::store::Outcome;
using lnn::store::RunDirectory;
using lnn::test::small_experiment;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

class Runs : public lnn::test::InFolder {
 protected:
  /// A finished and collected run on disk.
  RunDirectory write_run(const std::string& name, const Json& experiment,
                         const std::string& scale = "desk") const {
    const RunDirectory run{folder_ / name};
    fs::create_directories(run.trials());
    const auto plan = lnn::test::plan_of({experiment}, scale);
    lnn::experiment::write_plan(plan, run.plan());
    for (const auto& trial : plan.trials)
      lnn::store::write_trial(run.trial(trial.id), lnn::test::small_record(trial));
    lnn::store::collect(run, plan);
    return run;
  }

  static LoadedRuns load(const std::vector<std::string>& paths) { return load_runs(paths); }

  static std::string first_id(const RunDirectory& run) {
    return lnn::store::read_run_plan(run).trials.front().id;
  }
};

void expect_same(const RunResults& left, const RunResults& right) {
  ASSERT_EQ(left.contents.records.size(), right.contents.records.size());
  for (const auto& [id, record] : left.contents.records) {
    const auto& other = right.contents.records.at(id);
    EXPECT_EQ(record.outcome, other.outcome);
    EXPECT_EQ(record.reason, other.reason);
    EXPECT_EQ(record.attempts, other.attempts);
    EXPECT_EQ(record.provenance, other.provenance);
    ASSERT_EQ(record.metrics.size(), other.metrics.size());
    for (const auto& [name, metric] : record.metrics) EXPECT_EQ(metric.value, other.metrics.at(name).value);
  }
}

TEST_F(Runs, AreTheSameFromTrialsAndFromResults) {
  const RunDirectory run = write_run("run", small_experiment());
  const LoadedRuns whole = load({run.root});
  const LoadedRuns file = load({run.results()});
  fs::copy_file(run.results(), folder_ / "alone.h5");
  fs::remove(run.results());
  const LoadedRuns trials = load({run.root});
  ASSERT_THAT(trials.runs, SizeIs(1));
  EXPECT_THAT(trials.runs[0].contents.records, SizeIs(18));
  expect_same(whole.runs[0], trials.runs[0]);
  expect_same(file.runs[0], trials.runs[0]);
  EXPECT_EQ(file.runs[0].plan.trials.size(), 18U);
  expect_same(load({folder_ / "alone.h5"}).runs[0], trials.runs[0]);
}

TEST_F(Runs, FollowTrialsThatChangedAfterTheyWereCollected) {
  const RunDirectory run = write_run("run", small_experiment());
  const auto plan = lnn::store::read_run_plan(run);
  auto record = lnn::test::small_record(plan.trials[0]);
  record.metrics.at("best_val_total").value = 123;
  lnn::store::write_trial(run.trial(plan.trials[0].id), record);
  fs::remove(run.trial(plan.trials[1].id));
  const LoadedRuns loaded = load({run.root});
  EXPECT_EQ(loaded.runs[0].contents.records.at(plan.trials[0].id).metrics.at("best_val_total").value, 123);
  EXPECT_FALSE(loaded.runs[0].contents.records.contains(plan.trials[1].id));
  EXPECT_TRUE(is_partial(loaded.runs[0]));
  EXPECT_FALSE(is_partial(load({run.results()}).runs[0]));
}

// A copy of a run has other times; a file's content must then be what was collected, bit by bit.
TEST_F(Runs, ReadCopiedRunsQuicklyAndStillFindDamage) {
  const RunDirectory run = write_run("run", small_experiment());
  const auto plan = lnn::store::read_run_plan(run);
  const auto path = run.trial(plan.trials[0].id);
  const auto stamp = lnn::store::stamp_of(path);
  const auto later = fs::last_write_time(path) + std::chrono::seconds(10);
  fs::last_write_time(path, later);
  EXPECT_TRUE(lnn::store::is_unchanged(path, stamp));
  std::string bytes = lnn::read_text_file(path);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  lnn::write_text_file(path, bytes);
  fs::last_write_time(path, later);
  EXPECT_FALSE(lnn::store::is_unchanged(path, stamp));
  EXPECT_THAT(load({run.root}).problems, ElementsAre(HasSubstr("damaged (its checksum")));
  auto record = lnn::test::small_record(plan.trials[0]);
  record.metrics.at("best_val_total").value = 123;  // the same size
  lnn::store::write_trial(path, record);
  EXPECT_EQ(lnn::store::stamp_of(path).bytes, stamp.bytes);
  EXPECT_FALSE(lnn::store::is_unchanged(path, stamp));
  fs::remove(path);
  EXPECT_FALSE(lnn::store::is_unchanged(path, stamp));
  EXPECT_FALSE(lnn::store::is_unchanged(path, {}));
}

TEST_F(Runs, NameADamagedTrialAndLeaveItOut) {
  const RunDirectory run = write_run("run", small_experiment());
  const std::string id = first_id(run);
  fs::resize_file(run.trial(id), fs::file_size(run.trial(id)) - 1);
  const LoadedRuns loaded = load({run.root});
  EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("truncated")));
  EXPECT_FALSE(loaded.runs[0].contents.records.contains(id));
  EXPECT_TRUE(is_partial(loaded.runs[0]));
}

TEST_F(Runs, DoNotTrustADamagedResultsFile) {
  const RunDirectory run = write_run("run", small_experiment());
  std::string bytes = lnn::read_text_file(run.results());
  const std::size_t place = bytes.rfind("completed");
  ASSERT_NE(place, std::string::npos);
  bytes[place] = 'C';
  lnn::write_text_file(run.results(), bytes);
  EXPECT_THAT(load({run.root}).runs[0].contents.records, SizeIs(18)) << "the trials' files are there";
  EXPECT_THAT([&] { load({run.results()}); }, ThrowsMessage<EnvironmentError>(HasSubstr("checksum")));
}

TEST_F(Runs, LeaveOutWhatIsNoRun) {
  const RunDirectory run = write_run("run", small_experiment());
  lnn::write_text_file(folder_ / "foreign.h5", "no HDF5 at all");
  const LoadedRuns loaded = load({folder_ / "foreign.h5", run.root, folder_ / "nowhere"});
  EXPECT_THAT(loaded.runs, SizeIs(1));
  EXPECT_THAT(loaded.problems, ElementsAre(HasSubstr("foreign.h5"), HasSubstr("there is no such folder")));
  EXPECT_THAT([&] { load({folder_ / "nowhere"}); }, ThrowsMessage<UserError>(HasSubstr("not a run")));
  EXPECT_THAT([&] { load({run.trial(first_id(run))}); },
              ThrowsMessage<EnvironmentError>(HasSubstr("not a results.h5")));
}

TEST_F(Runs, MergeByScaleAndKeepTheBetterFileOfATrial) {
  const RunDirectory one = write_run("one", small_experiment("[1, 2]"));
  const RunDirectory two = write_run("two", small_experiment("[2, 3]"));
  auto record = lnn::test::small_record(lnn::store::read_run_plan(one).trials[0]);
  record.outcome = Outcome::interrupted;
  lnn::store::write_trial(one.trial(record.id), record);
  const auto merged =
      merge_runs(load({one.root, two.root, write_run("three", small_experiment(), "smoke").root}).runs);
  ASSERT_THAT(merged, SizeIs(2));
  EXPECT_EQ(merged[0].name, one.root.string() + " + " + two.root.string());
  EXPECT_THAT(merged[0].plan.trials, SizeIs(18));
  EXPECT_THAT(merged[0].plan.experiments, SizeIs(1));
  EXPECT_EQ(merged[1].plan.scale, "smoke");
  const bool in_both = lnn::test::small_run({small_experiment("[2]")}).contents.records.contains(record.id);
  EXPECT_EQ(is_partial(merged[0]), !in_both) << "the second run completed what the first one did not";
}

TEST_F(Runs, RefuseArmsThatMeanDifferentThings) {
  Json other = small_experiment();
  other["base"]["data.samples"] = 200;
  const LoadedRuns loaded = load({write_run("one", small_experiment()).root, write_run("two", other).root});
  EXPECT_THAT([&] { merge_runs(loaded.runs); },
              ThrowsMessage<UserError>(HasSubstr("has different settings")));
}

TEST(OriginDifferences, SayWhereTrialsWereNotMadeAlike) {
  RunResults run = lnn::test::small_run({small_experiment()});
  EXPECT_THAT(origin_differences(run), IsEmpty());
  run.contents.records.begin()->second.provenance["processor"] = "another";
  EXPECT_THAT(origin_differences(run),
              ElementsAre("The trials differ in processor: another (1 trials), one (17 trials)."));
}

}  // namespace
