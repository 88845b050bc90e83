#include "sweep/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/clock.h"
#include "base/error.h"
#include "child_process.h"
#include "store/checkpoint_file.h"
#include "sweep_fixture.h"

namespace {

namespace fs = std::filesystem;
using lnn::sweep::RunFolder;
using testing::HasSubstr;

class RunFolderTest : public SweepTest {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    options_.root = run().root;
    options_.patience = std::chrono::milliseconds(100);
  }

  template <class Error>
  std::string message_of(const lnn::experiment::Plan& plan) const {
    try {
      RunFolder folder(options_, plan);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }

  lnn::sweep::RunFolderOptions options_;
};

TEST_F(RunFolderTest, IsWholeAfterCreation) {
  const RunFolder folder(options_, plan_of({"ok"}));
  for (const auto& path : {run().experiment(), run().plan(), run().trials(), run().checkpoints(),
                           run().configs(), run().logs(), run().lock()}) {
    EXPECT_TRUE(fs::exists(path)) << path;
  }
  const auto description = lnn::experiment::Json::parse(lnn::read_text_file(run().experiment()));
  EXPECT_EQ(description.at("scale"), "smoke");
  EXPECT_EQ(description.at("experiments").at(0).at("name"), "fakes");
}

TEST_F(RunFolderTest, RefusesAnotherExperimentScaleAndOverrides) {
  { const RunFolder folder(options_, plan_of({"ok"})); }
  const std::string other = message_of<lnn::UserError>(plan_of({"ok"}, "others"));
  EXPECT_THAT(other, HasSubstr("fakes"));
  EXPECT_THAT(other, HasSubstr("others"));
  EXPECT_THAT(other, HasSubstr("--fresh"));

  auto larger = plan_of({"ok"});
  larger.scale = "paper";
  EXPECT_THAT(message_of<lnn::UserError>(larger), HasSubstr("scale smoke"));

  options_.overrides = {{"network.width", 7}};
  EXPECT_THAT(message_of<lnn::UserError>(plan_of({"ok"})), HasSubstr("network.width"));
}

TEST_F(RunFolderTest, FreshMovesTheOldRunAsideAndDeletesNothing) {
  { const RunFolder folder(options_, plan_of({"ok"})); }
  lnn::write_text_file(run().log("abc"), "old");
  options_.fresh = true;
  const RunFolder folder(options_, plan_of({"ok"}, "others"));
  EXPECT_FALSE(fs::exists(run().log("abc")));
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    if (entry.path().filename().string().starts_with("run.old-")) old.push_back(entry.path());
  }
  ASSERT_EQ(old.size(), 1U);
  EXPECT_EQ(lnn::read_text_file(old[0] / "logs" / "abc.log"), "old");
}

TEST_F(RunFolderTest, RefusesAFolderThatIsNoRun) {
  fs::create_directories(run().root);
  lnn::write_text_file(run().root / "thesis.tex", "precious");
  EXPECT_THAT(message_of<lnn::UserError>(plan_of({"ok"})), HasSubstr("neither empty nor a run"));
  options_.fresh = true;
  EXPECT_THAT(message_of<lnn::UserError>(plan_of({"ok"})), HasSubstr("neither empty nor a run"));
}

TEST_F(RunFolderTest, AFolderThatCannotBeMadeIsAnEnvironmentError) {
  options_.root = "/proc/lnn-run";
  EXPECT_THAT(message_of<lnn::EnvironmentError>(plan_of({"ok"})), HasSubstr("/proc/lnn-run"));
}

TEST_F(RunFolderTest, ASecondSweepIsToldWhoWorksThere) {
  const RunFolder folder(options_, plan_of({"ok"}));
  EXPECT_THAT(message_of<lnn::EnvironmentError>(plan_of({"ok"})),
              HasSubstr("process " + std::to_string(getpid())));
}

TEST_F(RunFolderTest, RemovesHalfWrittenFilesAndSetsDamagedOnesAside) {
  { const RunFolder folder(options_, plan_of({"ok"})); }
  const fs::path half = run().trials() / "abc.h5.tmp.host.1.0";
  const fs::path half_checkpoint = run().checkpoints() / "abc.h5.tmp.host.1.0";
  for (const fs::path& path : {half, half_checkpoint}) std::ofstream(path) << "half";
  std::ofstream(run().trial(id_of(0))) << "not HDF5";
  const RunFolder folder(options_, plan_of({"ok"}));
  EXPECT_FALSE(fs::exists(half));
  EXPECT_FALSE(fs::exists(half_checkpoint));
  EXPECT_TRUE(folder.scan(plan_of({"ok"})).ended.empty());
  EXPECT_EQ(lnn::read_text_file(run().trial(id_of(0)).string() + ".damaged"), "not HDF5");
  EXPECT_FALSE(fs::exists(run().trial(id_of(0))));
}

TEST_F(RunFolderTest, KnowsHowFarTheCheckpointsAre) {
  const auto plan = plan_of({"ok", "ok", "ok"});
  const RunFolder folder(options_, plan);
  lnn::store::Checkpoint checkpoint;
  checkpoint.initial = {{"val_total", "1", "loss", {1}}};
  checkpoint.history = {{"val_total", "1", "loss", {3, 2, 1}}};
  lnn::store::write_checkpoint(run().checkpoint(id_of(1)), checkpoint);
  lnn::write_text_file(run().checkpoint(id_of(2)), "damaged");
  EXPECT_EQ(folder.saved_epochs(plan), (std::map<std::string, int>{{id_of(1), 3}}));
}

TEST_F(RunFolderTest, EachPartLogsToAFileOfItsOwn) {
  EXPECT_EQ(RunFolder(options_, plan_of({"ok"})).events_path(), run().root / "events.jsonl");
  options_.shard = {2, 3};
  EXPECT_EQ(RunFolder(options_, plan_of({"ok"})).events_path(), run().root / "events.shard-2-of-3.jsonl");
}

TEST_F(RunFolderTest, PartsWorkSideBySideAndLeaveEachOthersFilesAlone) {
  const auto plan = plan_of({"ok", "ok"});
  options_.shard = {1, 2};
  const RunFolder first(options_, plan);
  const fs::path elsewhere = run().trials() / "abc.h5.tmp.elsewhere.1.0";
  const fs::path working = lnn::temporary_name(run().trial("abc"));
  const fs::path dead = run().trials() / ("abc.h5.tmp." + lnn::host_name() + ".999999999.0");
  for (const fs::path& path : {elsewhere, working, dead}) std::ofstream(path) << "half";
  for (const auto& trial : plan.trials) std::ofstream(run().trial(trial.id)) << "not HDF5";

  options_.shard = {2, 2};
  const RunFolder second(options_, plan);
  EXPECT_TRUE(fs::exists(elsewhere));
  EXPECT_TRUE(fs::exists(working));
  EXPECT_FALSE(fs::exists(dead));
  EXPECT_EQ(second.scan(plan).damaged.size(), 2U);
  EXPECT_TRUE(fs::exists(run().trial(id_of(0))));
  EXPECT_FALSE(fs::exists(run().trial(id_of(1))));
}

TEST_F(RunFolderTest, APartThatDoesNotFitTheOthersIsRefused) {
  options_.shard = {1, 2};
  const RunFolder first(options_, plan_of({"ok"}));
  EXPECT_THAT(message_of<lnn::EnvironmentError>(plan_of({"ok"})), HasSubstr("part 1/2"));
  options_.shard = {2, 3};
  EXPECT_THAT(message_of<lnn::EnvironmentError>(plan_of({"ok"})), HasSubstr("in 2 parts, not in 3"));
  options_.shard = {};
  EXPECT_THAT(message_of<lnn::EnvironmentError>(plan_of({"ok"})), HasSubstr("part 1/2"));

  options_.shard = {2, 2};
  auto changed = plan_of({"ok"});
  changed.experiments[0]["seeds"] = 7;
  EXPECT_THAT(message_of<lnn::UserError>(changed), HasSubstr("differ"));
  EXPECT_THAT(message_of<lnn::UserError>(plan_of({"ok"}, "others")), HasSubstr("others"));
  options_.fresh = true;
  EXPECT_THAT(message_of<lnn::UserError>(plan_of({"ok"})), HasSubstr("--fresh"));
}

TEST_F(RunFolderTest, IsTidiedOfWhatKilledTrialsLeft) {
  const RunFolder folder(options_, plan_of({"ok"}));
  lnn::write_text_file(run().trial("abc"), "whole");
  for (const fs::path& half : {run().trial("abc"), run().checkpoint("abc")})
    lnn::write_text_file(half.string() + ".tmp.host.7.0", "half");
  folder.tidy();
  EXPECT_FALSE(fs::exists(run().trial("abc").string() + ".tmp.host.7.0"));
  EXPECT_TRUE(fs::is_empty(run().checkpoints()));
  EXPECT_TRUE(fs::exists(run().trial("abc")));
}

TEST_F(RunFolderTest, AWholeSweepMayAddWhatAChangedFileAsksFor) {
  { const RunFolder folder(options_, plan_of({"ok"})); }
  auto changed = plan_of({"ok", "ok"});
  changed.experiments[0]["seeds"] = 7;
  EXPECT_EQ(message_of<std::exception>(changed), "no error");
}

// Parts of a job array begin at the same moment, in a folder that is not there yet.
TEST_F(RunFolderTest, PartsMayStartAtTheSameMoment) {
  constexpr int parts = 8;
  options_.patience = std::chrono::seconds(10);  // eight processes on a busy machine
  for (int round = 0; round < 5; ++round) {
    options_.root = folder_ / ("run" + std::to_string(round));
    std::vector<pid_t> processes;
    for (int part = 1; part <= parts; ++part) {
      processes.push_back(in_child([&] {
        options_.shard = {part, parts};
        const RunFolder folder(options_, plan_of({"ok", "ok", "ok"}));
        EXPECT_TRUE(folder.scan(plan_of({"ok", "ok", "ok"})).damaged.empty());
      }));
    }
    for (const pid_t process : processes) EXPECT_EQ(exit_code_of(process), 0);
    const auto description =
        lnn::experiment::Json::parse(lnn::read_text_file(options_.root / "experiment.json"));
    EXPECT_EQ(description.at("scale"), "smoke");
  }
}

}  // namespace
