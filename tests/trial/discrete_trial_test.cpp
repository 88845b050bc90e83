// Whole trials of paper B at a tiny size: trained, stopped in the middle, continued.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/error.h"
#include "tests/in_folder.h"
#include "tests/trial/same_record.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
using experiment::Json;
using test::column;
using test::expect_same_record;
namespace fs = std::filesystem;

// Six epochs of three passes; the symmetry begins in the middle of the third epoch.
Json tiny_config(int seed = 1) {
  return {{"system", "kepler"},
          {"model", "discrete_lagrangian"},
          {"symmetry.generators", 1},
          {"symmetry.start", 7},
          {"network.width", 8},
          {"network.hidden_layers", 2},
          {"network.seed", seed},
          {"training.epochs", 6},
          {"training.passes_per_epoch", 3},
          {"trajectory.steps", 10},
          {"trajectory.substeps", 5},
          {"rollout.steps", 13},
          {"training.rates", Json::array({{0, 3e-3}, {5, 0.0}, {8, 3e-4}})}};
}

Json baseline_config() {
  Json config = tiny_config();
  for (const char* key : {"model", "symmetry.generators", "symmetry.start"}) config.erase(key);
  config["data.source"] = "trajectories";
  return config;
}

class DiscreteTrial : public test::InFolder {
 protected:
  // The record of a trial that was stopped after `epochs` and then continued.
  store::TrialRecord stopped_and_continued(const Json& config, int epochs) const {
    trial::RunOptions options;
    options.checkpoints = {{folder_ / "trial.h5"}, 0, [&] { return --epochs == 0; }};
    EXPECT_THROW(trial::run_trial(config, options), trial::Stopped);
    options.checkpoints.stop = [] { return false; };
    return trial::run_trial(config, options);
  }
};

TEST_F(DiscreteTrial, CompletesWithEveryPartOfTheRecord) {
  const store::TrialRecord record = trial::run_trial(tiny_config(), {});
  EXPECT_EQ(record.outcome, store::Outcome::completed) << record.reason;
  ASSERT_EQ(column(record, "val_total").values.size(), 6U);
  EXPECT_EQ(record.metrics.at("best_epoch").value, 6) << "the last model counts";
  EXPECT_EQ(column(record, "learning_rate").values, (std::vector<double>{3e-3, 0, 3e-4, 3e-4, 3e-4, 3e-4}));
  for (std::size_t i = 0; i < 6; ++i) {
    SCOPED_TRACE("epoch " + std::to_string(i + 1));
    const auto value = [&](const char* name) { return column(record, name).values[i]; };
    EXPECT_EQ(value("train_symmetry") > 0, i >= 2);
    EXPECT_NEAR(value("train_total"), value("train_base") + value("train_penalty") + value("train_symmetry"),
                1e-12);
    EXPECT_NEAR(value("train_penalty"), 0.5, 0.01) << "on the plateau";
  }
  EXPECT_TRUE(std::isnan(record.metrics.at("plateau_passes").value));
  EXPECT_TRUE(std::isfinite(record.metrics.at("symmetry_angle").value));
  EXPECT_EQ(record.groups.size(), 2U);
  EXPECT_EQ(record.model.back().name, "generator1.M");
  EXPECT_FALSE(record.model.back().single_precision);
  EXPECT_NE(record.model.back().values[1], 0.1 + std::sqrt(0.5)) << "it learns";
}

TEST_F(DiscreteTrial, ContinuesBitwiseWhereverItStopped) {
  const store::TrialRecord undisturbed = trial::run_trial(tiny_config(), {});
  for (const int epochs : {1, 3, 5}) {  // before, amid and after the start of the symmetry
    SCOPED_TRACE(epochs);
    const store::TrialRecord record = stopped_and_continued(tiny_config(), epochs);
    EXPECT_EQ(record.provenance.at("resumed_from_epoch"), std::to_string(epochs));
    expect_same_record(record, undisturbed);
    fs::remove(folder_ / "trial.h5");
  }
}

TEST_F(DiscreteTrial, ContinuesWithMiniBatches) {
  Json config = tiny_config();
  config["training.batch_size"] = 4;  // 9 triples: the last batch has one
  const store::TrialRecord undisturbed = trial::run_trial(config, {});
  EXPECT_EQ(undisturbed.outcome, store::Outcome::completed) << undisturbed.reason;
  expect_same_record(stopped_and_continued(config, 2), undisturbed);
  const store::TrialRecord whole = trial::run_trial(tiny_config(), {});
  EXPECT_NE(undisturbed.model[0].values, whole.model[0].values);
}

TEST_F(DiscreteTrial, TheBaselineContinuesToo) {
  const store::TrialRecord undisturbed = trial::run_trial(baseline_config(), {});
  EXPECT_EQ(undisturbed.outcome, store::Outcome::completed) << undisturbed.reason;
  EXPECT_FALSE(undisturbed.metrics.contains("plateau_passes"));
  EXPECT_FALSE(undisturbed.metrics.contains("symmetry_angle"));
  expect_same_record(stopped_and_continued(baseline_config(), 4), undisturbed);
}

TEST_F(DiscreteTrial, SeedsDecide) {
  const store::TrialRecord one = trial::run_trial(tiny_config(1), {});
  const store::TrialRecord two = trial::run_trial(tiny_config(2), {});
  EXPECT_NE(one.id, two.id);
  EXPECT_NE(one.model[0].values, two.model[0].values);
}

TEST_F(DiscreteTrial, GivesInAPackWhatItGivesAlone) {
  const std::vector<Json> configs{tiny_config(1), tiny_config(2)};
  const auto records = trial::run_trials(configs, {}, {});
  for (std::size_t i = 0; i < configs.size(); ++i)
    expect_same_record(records[i], trial::run_trial(configs[i], {}));
}

TEST_F(DiscreteTrial, AgreesOnEveryBackend) {
  const store::TrialRecord native = trial::run_trial(tiny_config(), {});
  for (const char* backend : {"tensor", "autograd"}) {
    trial::RunOptions options;
    options.engine.backend = backend;
    const store::TrialRecord record = trial::run_trial(tiny_config(), options);
    EXPECT_EQ(record.provenance.at("backend"), backend);
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_NEAR(column(record, "train_total").values[i], column(native, "train_total").values[i], 1e-7);
  }
}

TEST_F(DiscreteTrial, CallsANonFiniteTrainingDiverged) {
  Json config = tiny_config();
  config["training.rates"] = Json::array({{0, 1e300}});
  const store::TrialRecord record = trial::run_trial(config, {});
  EXPECT_EQ(record.outcome, store::Outcome::diverged);
  EXPECT_THAT(record.reason, testing::HasSubstr("is not finite at epoch 1, step 2"));
}

TEST_F(DiscreteTrial, RefusesSinglePrecision) {
  Json config = tiny_config();
  config["training.precision"] = "float32";
  EXPECT_THAT([&] { trial::run_trial(config, {}); },
              testing::ThrowsMessage<UserError>(
                  testing::AllOf(testing::HasSubstr("training.precision 'float32' is impossible"),
                                 testing::HasSubstr("Use 'float64'"))));
}

}  // namespace
