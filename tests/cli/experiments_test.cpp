// Every file in experiments/ is itself a test: it plans at every scale and runs, with real training, at
// `smoke` scale. The main job's experiment gives bitwise the same numbers however it is started.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/files.h"
#include "launch.h"
#include "store/run_directory.h"
#include "store/trial_file.h"
#include "tests/in_folder.h"

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

std::vector<std::string> experiment_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(fs::path(LNN_SOURCE_DIR) / "experiments")) {
    if (entry.path().extension() == ".json") names.push_back(entry.path().stem());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string experiment_file(const std::string& name) {
  return (fs::path(LNN_SOURCE_DIR) / "experiments" / (name + ".json")).string();
}

class Experiments : public lnn::test::InFolder, public testing::WithParamInterface<std::string> {
 protected:
  Finished lnn_sweep(Words words, int ranks = 0) const {
    words.insert(words.begin(), LNN_SWEEP_PROGRAM);
    if (ranks > 0) {
      words.insert(words.begin(), {"mpirun", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none",
                                   "-n", std::to_string(ranks)});
    }
    const std::map<std::string, std::string> variables{{"OMPI_ALLOW_RUN_AS_ROOT", "1"},
                                                       {"OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1"}};
    return Launched(words, variables, folder_ / "output").wait(600);
  }

  // Everything that training produced, times excepted: id -> column -> values.
  std::map<std::string, std::map<std::string, std::vector<double>>> numbers(const fs::path& run) const {
    std::map<std::string, std::map<std::string, std::vector<double>>> result;
    for (const auto& entry : fs::directory_iterator(run / "trials")) {
      const lnn::store::TrialRecord record = lnn::store::read_trial(entry.path());
      EXPECT_EQ(record.outcome, lnn::store::Outcome::completed) << record.reason;
      for (const auto& column : record.history) {
        if (column.name != "seconds") result[record.id][column.name] = column.values;
      }
      for (const auto& array : record.model) result[record.id]["model/" + array.name] = array.values;
    }
    return result;
  }
};

using EveryExperiment = Experiments;
INSTANTIATE_TEST_SUITE_P(Cli, EveryExperiment, testing::ValuesIn(experiment_names()),
                         [](const auto& test) { return test.param; });

TEST_P(EveryExperiment, PlansAtEveryScaleAndRunsAtSmokeScale) {
  for (const char* scale : {"smoke", "desk", "paper"}) {
    const Finished plan = lnn_sweep({"plan", experiment_file(GetParam()), "--scale", scale, "--json"});
    ASSERT_EQ(plan.code, 0) << plan.output;
    EXPECT_FALSE(nlohmann::json::parse(plan.output).at("trials").empty());
  }
  const std::string run = (folder_ / "run").string();
  const Finished sweep = lnn_sweep({"run", experiment_file(GetParam()), "--scale", "smoke", "--out", run});
  ASSERT_EQ(sweep.code, 0) << sweep.output;
  const Finished table = lnn_sweep({"table", run, "--format", "json"});
  ASSERT_EQ(table.code, 0) << table.output;
  EXPECT_NO_THROW(nlohmann::json::parse(table.output)) << table.output;
}

using MainJob = Experiments;

TEST_F(MainJob, GivesBitwiseTheSameNumbersWithAnyNumberOfRanks) {
  const auto run_with = [&](int ranks) {
    const std::string run = (folder_ / ("ranks" + std::to_string(ranks))).string();
    const Finished sweep =
        lnn_sweep({"run", experiment_file("initialization"), "--scale", "smoke", "--out", run}, ranks);
    EXPECT_EQ(sweep.code, 0) << sweep.output;
    return numbers(run);
  };
  const auto alone = run_with(0);
  EXPECT_EQ(alone.size(), 16U);
  for (const int ranks : {1, 2, 3, 6}) EXPECT_EQ(run_with(ranks), alone) << ranks << " ranks";
}

TEST_F(MainJob, GivesBitwiseTheSameNumbersInPacks) {
  for (const char* backend : {"native", "tensor"}) {
    const auto run_with = [&](const char* pack) {
      const std::string run = (folder_ / (std::string(backend) + pack)).string();
      const Finished sweep = lnn_sweep({"run", experiment_file("initialization"), "--scale", "smoke", "--out",
                                        run, "--backend", backend, "--pack", pack, "--only", "gelu"});
      EXPECT_EQ(sweep.code, 0) << sweep.output;
      return numbers(run);
    };
    const auto alone = run_with("1");
    EXPECT_EQ(alone.size(), 4U);
    EXPECT_EQ(run_with("3"), alone) << backend;
  }
}

TEST_F(MainJob, GivesBitwiseTheSameNumbersAfterAnInterrupt) {
  const auto words = [&](const char* name) {
    return Words{LNN_SWEEP_PROGRAM,
                 "run",
                 experiment_file("initialization"),
                 "--scale",
                 "smoke",
                 "--only",
                 "gelu",
                 "--set",
                 "training.epochs=60",
                 "--workers",
                 "2",
                 "--out",
                 (folder_ / name).string()};
  };
  const auto finish = [&](const char* name) {
    const Finished sweep = Launched(words(name), {}, folder_ / "output").wait(600);
    EXPECT_EQ(sweep.code, 0) << sweep.output;
    return numbers(folder_ / name);
  };
  const lnn::store::RunDirectory run{folder_ / "interrupted"};
  {
    Launched sweep(words("interrupted"), {}, folder_ / "output");
    const auto trains = [&] {
      return fs::exists(run.events()) &&
             lnn::read_text_file(run.events()).find("\"event\":\"epoch\"") != std::string::npos;
    };
    for (int i = 0; i < 3000 && !trains(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    sweep.signal(SIGINT);
    const Finished stopped = sweep.wait(600);
    ASSERT_EQ(stopped.code, 75) << stopped.output;
  }
  EXPECT_FALSE(fs::is_empty(run.checkpoints()));
  EXPECT_EQ(finish("interrupted"), finish("undisturbed"));
  EXPECT_TRUE(fs::is_empty(run.checkpoints()));
  int resumed = 0;
  for (const auto& entry : fs::directory_iterator(run.trials())) {
    const auto record = lnn::store::read_trial(entry.path(), lnn::store::Part::summary);
    resumed += record.provenance.contains("resumed_from_epoch") ? 1 : 0;
  }
  EXPECT_GE(resumed, 1);
}

TEST_F(MainJob, RecordsATrialThatDivergesAndGoesOn) {
  const std::string run = (folder_ / "run").string();
  const Finished sweep = lnn_sweep({"run", experiment_file("initialization"), "--scale", "smoke", "--out",
                                    run, "--set", "training.learning_rate=1e30", "--set",
                                    "training.clip_norm=0", "--only", "softplus, default"});
  EXPECT_EQ(sweep.code, 1) << sweep.output;
  EXPECT_NE(sweep.output.find("not finite"), std::string::npos) << sweep.output;
  EXPECT_TRUE(fs::exists(fs::path(run) / "results.h5"));
}

}  // namespace
