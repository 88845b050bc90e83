// `lnn-sweep verify`, `replay`, `why` and `drill`, with real trainings at smoke scale.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "smoke_run.h"
#include "store/run_directory.h"
#include "store/trial_file.h"

namespace {

namespace fs = std::filesystem;
using lnn::store::TrialRecord;
using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

class AuditTest : public SmokeRun {
 protected:
  /// A copy of the run that one test may break.
  static lnn::store::RunDirectory copy(const std::string& name) {
    fs::copy(run_, folder_ / name, fs::copy_options::recursive);
    return {folder_ / name};
  }

  static std::vector<std::string> ids() {
    std::vector<std::string> ids;
    for (const auto& entry : fs::directory_iterator(fs::path(run_) / "trials"))
      ids.push_back(entry.path().stem());
    std::ranges::sort(ids);
    return ids;
  }
};

TEST_F(AuditTest, VerifyFindsAFreshRunWhole) {
  const Finished whole = lnn_sweep({"verify", run_});
  EXPECT_EQ(whole.code, 0) << whole.output;
  EXPECT_THAT(whole.output, HasSubstr("The run is whole."));
  const Json json = Json::parse(lnn_sweep({"verify", run_, "--json", "--quick"}).output);
  EXPECT_EQ(json.at("whole"), true);
  EXPECT_EQ(json.at("whole_trials"), ids().size());
}

TEST_F(AuditTest, VerifyNamesWhatIsDamagedAndTheSweepRepairsIt) {
  const lnn::store::RunDirectory run = copy("damaged");
  fs::resize_file(run.trial(ids().front()), 1000);
  const Finished damaged = lnn_sweep({"verify", run.root});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.output, AllOf(HasSubstr(ids().front()), HasSubstr("truncated")));
  EXPECT_EQ(sweep(run.root).code, 0);
  const Finished repaired = lnn_sweep({"verify", run.root});
  EXPECT_EQ(repaired.code, 0) << repaired.output;
  fs::resize_file(run.plan(), 100);
  EXPECT_EQ(lnn_sweep({"verify", run.root}).code, 3);
  EXPECT_EQ(lnn_sweep({"verify", folder_ / "nowhere"}).code, 2);
  EXPECT_EQ(lnn_sweep({"verify"}).code, 2);
}

TEST_F(AuditTest, ReplayRepeatsEveryBit) {
  const std::string kept = (folder_ / "kept.h5").string();
  const Finished equal = lnn_sweep({"replay", run_, ids().front().substr(0, 10), "--keep", kept});
  EXPECT_EQ(equal.code, 0) << equal.output;
  EXPECT_THAT(equal.output, HasSubstr("bitwise equal: completed"));
  const Finished why = lnn_sweep({"why", kept, run_, ids().front()});
  EXPECT_THAT(why.output, HasSubstr("Bitwise equal"));
}

TEST_F(AuditTest, ReplayExposesANumberThatTheTrialDoesNotGive) {
  const lnn::store::RunDirectory run = copy("doctored");
  TrialRecord record = lnn::store::read_trial(run.trial(ids().back()));
  record.history.at(2).values.at(1) *= 1.5;
  record.provenance["instruction_set"] = "another one";
  lnn::store::write_trial(run.trial(ids().back()), record);
  const Finished different = lnn_sweep({"replay", run.root, ids().back()});
  EXPECT_EQ(different.code, 1);
  EXPECT_THAT(different.output,
              AllOf(HasSubstr("First difference: history/" + record.history.at(2).name + ", epoch 2"),
                    HasSubstr("instruction_set: another one there")));
}

TEST_F(AuditTest, ReplayExplainsWhatItNeeds) {
  EXPECT_THAT(lnn_sweep({"replay", run_}).output, HasSubstr("ID is missing"));
  EXPECT_EQ(lnn_sweep({"replay", run_, "no such trial"}).code, 2);
  EXPECT_EQ(lnn_sweep({"replay", run_, ids().front(), "--threads", "0"}).code, 2);
  const lnn::store::RunDirectory run = copy("unfinished");
  fs::remove(run.trial(ids().front()));
  const Finished missing = lnn_sweep({"replay", run.root, ids().front()});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.output, HasSubstr("has no result"));
}

TEST_F(AuditTest, WhyTellsSeedsFromSettings) {
  const Json plan = Json::parse(lnn_sweep({"status", run_, "--json"}).output).at("trials");
  const Finished other = lnn_sweep({"why", run_, plan.at(0).at("id"), plan.at(1).at("id"), "--json"});
  ASSERT_EQ(other.code, 0) << other.output;
  EXPECT_EQ(Json::parse(other.output).at("cause"), "configuration");
  const std::string title =
      fmt::format("{}, seed {}", plan.at(0).at("label").get<std::string>(), plan.at(0).at("seed").get<int>());
  const Finished same = lnn_sweep({"why", run_ + "/results.h5", title, run_, plan.at(0).at("id")});
  EXPECT_THAT(same.output, HasSubstr("Bitwise equal")) << title;
  EXPECT_EQ(lnn_sweep({"why", run_, ids().front()}).code, 2);
  EXPECT_EQ(lnn_sweep({"why", ids().front(), run_}).code, 2);
}

class DrillTest : public AuditTest {
 protected:
  // Drills make runs of their own.
  static void SetUpTestSuite() { fs::create_directories(folder_); }
};

TEST_F(DrillTest, PassesHere) {
  const std::string out = (folder_ / "drill").string();
  const Finished drill = lnn_sweep({"drill", "--out", out, "--seconds", "8", "--seed", "3"}, 500);
  EXPECT_EQ(drill.code, 0) << drill.output;
  EXPECT_THAT(drill.output, HasSubstr("ALL PASSED"));
  EXPECT_EQ(lnn_sweep({"drill", "--out", out}).code, 2) << "not empty";
}

TEST_F(DrillTest, FailsWhenTrialsCannotBeTrained) {
  const Words words{LNN_SWEEP_PROGRAM, "drill", "--out", (folder_ / "hopeless").string(), "--json"};
  const std::map<std::string, std::string> variables{{"LNN_TRIAL_PROGRAM", LNN_FAKE_TRIAL_PROGRAM},
                                                     {"LNN_FAKE_TRIAL", R"({"*": "exit:2"})"}};
  const Finished failed = Launched(words, variables, folder_ / "output").wait(60);
  EXPECT_EQ(failed.code, 1) << failed.output;
  const Json receipt = Json::parse(failed.output.substr(failed.output.find("\n{") + 1));
  EXPECT_EQ(receipt.at("passed"), false);
  EXPECT_EQ(receipt.at("checks").at(0).at("name"), "reference");
}

/// Whether a process has this text in its command line.
bool anything_runs_in(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(getpid()))
      continue;
    try {
      if (lnn::read_text_file(entry.path() / "cmdline").find(folder) != std::string::npos) return true;
    } catch (const std::exception&) {
      // It has ended meanwhile.
    }
  }
  return false;
}

TEST_F(DrillTest, LeavesNothingRunningWhenInterruptedOrKilled) {
  for (const int number : {SIGINT, SIGKILL}) {
    const std::string out = (folder_ / ("stopped" + std::to_string(number))).string();
    Launched drill({LNN_SWEEP_PROGRAM, "drill", "--out", out}, {}, folder_ / "output");
    for (int i = 0; i < 1000 && !fs::exists(out + "/reference/trials"); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_TRUE(anything_runs_in(out));
    drill.signal(number);
    EXPECT_EQ(drill.wait(30).code, number == SIGINT ? 75 : 128 + SIGKILL);
    for (int i = 0; i < 200 && anything_runs_in(out); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    EXPECT_FALSE(anything_runs_in(out));
  }
}

}  // namespace
