#include "sweep/probe.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.h"
#include "experiment/experiment_file.h"
#include "sweep_fixture.h"

namespace {

using lnn::experiment::Json;
using lnn::sweep::Board;
using lnn::sweep::PaceTable;

/// Two widths, two seeds each: two kinds of trials.
lnn::experiment::Plan two_kinds() {
  const auto file = lnn::experiment::parse_experiment(
      R"({"name": "kinds", "title": "Two kinds", "system": "double_pendulum",
          "base": {"training.epochs": 30, "data.samples": 60000, "training.batch_size": 128},
          "grid": {"network.width": [16, 32]}, "seeds": [1, 2]})",
      "kinds.json");
  return lnn::experiment::make_plan({file}, "desk", Json::object(), {});
}

TEST(ProbeConfig, IsASmallCopyThatKeepsTheShareOfValidation) {
  const Json full = two_kinds().trials[0].config();
  const Json small = lnn::sweep::probe_config(full);
  EXPECT_EQ(small.at("training").at("epochs"), 3);
  EXPECT_EQ(small.at("data").at("samples"), 20 * 128);
  const auto share = [](const Json& config) {
    return config.at("data").at("validation_samples").get<double>() /
           config.at("data").at("samples").get<double>();
  };
  EXPECT_NEAR(share(small), share(full), 0.01 * share(full));
  EXPECT_EQ(small.at("network"), full.at("network"));
}

TEST(ProbeConfig, OfTrajectoriesHasFewPasses) {
  const auto file = lnn::experiment::load_experiment(LNN_SOURCE_DIR "/experiments/kepler.json");
  const auto plan = lnn::experiment::make_plan({file}, "paper", Json::object(), {});
  const Json small = lnn::sweep::probe_config(plan.trials[0].config());
  EXPECT_EQ(small.at("training").at("epochs"), 3);
  EXPECT_EQ(small.at("training").at("passes_per_epoch"), 10);
}

class ProbeTest : public SweepTest {
 protected:
  void TearDown() override {
    unsetenv("LNN_FAKE_TRIAL");
    SweepTest::TearDown();
  }
};

TEST_F(ProbeTest, MeasuresEachKindOnceAndExtrapolatesByCost) {
  setenv("LNN_FAKE_TRIAL", R"({"*":"slow:0.02"})", 1);
  const auto plan = two_kinds();
  std::size_t measured = 0;
  lnn::sweep::ProbeOptions options;
  options.slots = 2;
  options.on_class = [&](std::size_t done, std::size_t of) {
    measured = done;
    EXPECT_EQ(of, 2U);
  };
  const PaceTable pace = lnn::sweep::probe(plan, options);
  EXPECT_EQ(measured, 2U);
  ASSERT_EQ(pace.size(), 2U);
  const Board board(plan);
  for (const auto& trial : board.trials()) {
    const auto& known = pace.at(board.class_name(trial.cost_class));
    // 30 epochs of 60,000 samples instead of 3 of 2,560: 0.02 s an epoch become about 0.47 s.
    EXPECT_NEAR(known.seconds, 0.02 * 30 * 60000 / 2560, 0.1 * known.seconds);
    EXPECT_EQ(known.trials, 0);
    EXPECT_GT(known.file_bytes, 0);
  }
}

TEST_F(ProbeTest, LeavesOutWhatDoesNotRun) {
  setenv("LNN_FAKE_TRIAL", R"({"*":"segv"})", 1);
  EXPECT_TRUE(lnn::sweep::probe(two_kinds(), {}).empty());
}

TEST_F(ProbeTest, ABrokenEnvironmentIsToldAtOnce) {
  setenv("LNN_FAKE_TRIAL", R"({"*":"exit:3"})", 1);
  EXPECT_THROW(lnn::sweep::probe(two_kinds(), {}), lnn::EnvironmentError);
}

}  // namespace
