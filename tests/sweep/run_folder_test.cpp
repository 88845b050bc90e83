#include "sweep/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "store/checkpoint_file.h"
#include "sweep/run_lock.h"
#include "sweep_fixture.h"

namespace {

namespace fs = std::filesystem;
using lnn::sweep::RunFolder;
using lnn::sweep::RunLock;
using testing::HasSubstr;

class RunFolderTest : public SweepTest {
 protected:
  void SetUp() override {
    SweepTest::SetUp();
    options_.root = run().root;
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
  EXPECT_TRUE(folder.scan(plan_of({"ok"})).records.empty());
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

TEST_F(RunFolderTest, TheLockTellsItsHolderWithoutBeingTaken) {
  const fs::path path = folder_ / "lock";
  EXPECT_FALSE(RunLock::holder(path).has_value());
  {
    const RunLock lock(path);
    ASSERT_TRUE(RunLock::holder(path).has_value());
    EXPECT_EQ(RunLock::holder(path)->pid, getpid());
  }
  EXPECT_TRUE(fs::exists(path));
  EXPECT_FALSE(RunLock::holder(path).has_value());
  const RunLock again(path);
}

}  // namespace
