#include "trial/run_trial.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "tests/trial/same_record.h"

namespace {

using namespace lnn;
using experiment::Json;
using test::column;
using test::expect_same_record;

Json tiny_config() {
  return {{"system", "double_pendulum"}, {"data.samples", 128},        {"data.validation_samples", 100},
          {"network.width", 8},          {"network.hidden_layers", 2}, {"training.batch_size", 32},
          {"training.epochs", 20},       {"training.t_max", 10},       {"training.learning_rate", 1e-2},
          {"rollout.t_end", 1.0}};
}

TEST(RunTrial, FillsEveryPartOfTheRecord) {
  std::vector<trial::EpochEvent> events;
  trial::RunOptions options;
  options.attempt = 2;
  options.on_epoch = [&](const trial::EpochEvent& event) { events.push_back(event); };
  const store::TrialRecord record = trial::run_trial(tiny_config(), options);

  EXPECT_EQ(record.outcome, store::Outcome::completed) << record.reason;
  EXPECT_EQ(record.attempts, 2);
  const Json resolved = experiment::resolve_config(tiny_config(), "test");
  EXPECT_EQ(Json::parse(record.config), resolved);
  EXPECT_EQ(record.id, experiment::trial_id(resolved));

  const auto& losses = column(record, "val_total").values;
  ASSERT_EQ(losses.size(), 20U);
  const double best = *std::min_element(losses.begin(), losses.end());
  EXPECT_EQ(record.metrics.at("best_val_total").value, best);
  const auto best_epoch = static_cast<std::size_t>(record.metrics.at("best_epoch").value);
  EXPECT_EQ(losses.at(best_epoch - 1), best);
  EXPECT_EQ(record.metrics.at("final_val_total").value, losses.back());
  EXPECT_NEAR(record.metrics.at("best_val_total_normalized").value, 10 * best, 0.2 * best);
  EXPECT_GT(record.metrics.at("instability_train_total").value, 0);
  EXPECT_EQ(record.metrics.at("parameters").value, 4 * 8 + 8 + 8 * 8 + 8 + 8);

  ASSERT_EQ(events.size(), 20U);
  EXPECT_EQ(events.back().epoch, 20);
  EXPECT_EQ(events.back().epochs, 20);
  EXPECT_EQ(events.back().best_validation_total, best);
  ASSERT_EQ(record.model.size(), 5U);
  EXPECT_EQ(record.model[0].name, "branch1.layer1.weight");
  EXPECT_EQ(record.model[0].shape, (std::vector<std::int64_t>{8, 4}));
  EXPECT_TRUE(record.model[0].single_precision);
  for (const char* key : {"backend", "precision", "device", "instruction_set", "pack_size", "threads", "host",
                          "start", "end", "program_version"}) {
    EXPECT_TRUE(record.provenance.contains(key)) << key;
  }
}

TEST(RunTrial, IsBitwiseRepeatable) {
  const store::TrialRecord first = trial::run_trial(tiny_config(), {});
  const store::TrialRecord second = trial::run_trial(tiny_config(), {});
  for (const store::Column& part : first.history) {
    if (part.name == "seconds") continue;
    EXPECT_EQ(part.values, column(second, part.name).values) << part.name;
  }
  for (std::size_t i = 0; i < first.model.size(); ++i)
    EXPECT_EQ(first.model[i].values, second.model[i].values);
}

// The published fingerprint of the full double pendulum data set: 1.17147 on its validation set.
TEST(RunTrial, ReportsTheZeroAccelerationLoss) {
  Json config = tiny_config();
  config["data.samples"] = 60000;
  config["data.validation_samples"] = 12000;
  config["training.batch_size"] = 12000;
  config["training.epochs"] = 1;
  const store::TrialRecord record = trial::run_trial(config, {});
  EXPECT_NEAR(record.metrics.at("zero_acceleration_loss").value, 1.17147, 5e-6);
  EXPECT_NEAR(record.metrics.at("alpha_theta1").value, 9.999979, 5e-7);
}

TEST(RunTrial, CallsANonFiniteTrainingDiverged) {
  Json config = tiny_config();
  config["training.learning_rate"] = 1e30;
  config["training.clip_norm"] = 0.0;
  const store::TrialRecord record = trial::run_trial(config, {});
  EXPECT_EQ(record.outcome, store::Outcome::diverged);
  EXPECT_THAT(record.reason, testing::ContainsRegex("not finite (at|after) epoch [0-9]+"));
  EXPECT_TRUE(std::isnan(record.metrics.at("instability_train_total").value));
  EXPECT_FALSE(record.model.empty());
}

TEST(RunTrial, TrainsInPhasesInDoublePrecisionWithoutScaling) {
  Json config = tiny_config();
  config["scaling"] = "none";
  config["training.precision"] = "float64";
  config["training.phases"] = Json::array({{{"epochs", 3}}, {{"epochs", 2}, {"learning_rate", 1e-4}}});
  const store::TrialRecord record = trial::run_trial(config, {});
  EXPECT_EQ(record.outcome, store::Outcome::completed) << record.reason;
  ASSERT_EQ(record.history.front().values.size(), 25U);
  EXPECT_EQ(column(record, "phase").values.back(), 2);
  EXPECT_EQ(record.metrics.at("alpha_theta1").value, 1);
  EXPECT_FALSE(record.model[0].single_precision);
}

TEST(RunTrial, RefusesAWrongConfiguration) {
  Json config = tiny_config();
  config["network.wdith"] = 8;
  EXPECT_THROW(trial::run_trial(config, {}), UserError);
  trial::RunOptions options;
  options.engine.backend = "abacus";
  EXPECT_THROW(trial::run_trial(tiny_config(), options), UserError);
}

TEST(RunTrial, RefusesADeviceOrAPrecisionThatItCannotHave) {
  trial::RunOptions options;
  options.engine.precision = "float64";  // the trial trains in float32
  EXPECT_THROW(trial::run_trial(tiny_config(), options), UserError);
  options.engine = {.device = "abacus"};
  EXPECT_THROW(trial::run_trial(tiny_config(), options), UserError);
}

class RunTrials : public testing::TestWithParam<const char*> {
 protected:
  RunTrials() { options_.engine.backend = GetParam(); }
  trial::RunOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Trial, RunTrials, testing::Values("autograd", "tensor"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(RunTrials, GivesEachTrialTheRecordThatItGetsAlone) {
  std::vector<Json> configs(4, tiny_config());
  configs[1]["network.seed"] = 5;
  configs[2]["training.learning_rate"] = 1e30;  // diverges
  configs[2]["training.schedule"] = "constant";
  configs[3]["constants.g"] = 1.6;
  configs[3]["training.lambda"] = 10;
  for (Json& config : configs) config["training.clip_norm"] = 0.0;

  std::vector<std::size_t> ended;
  std::vector<int> epochs(configs.size(), 0);
  trial::PackEvents events;
  events.on_epoch = [&](std::size_t i, const trial::EpochEvent& event) { epochs[i] = event.epoch; };
  events.on_end = [&](std::size_t i, const store::TrialRecord&) { ended.push_back(i); };
  const auto records = trial::run_trials(configs, options_, events);

  ASSERT_EQ(records.size(), configs.size());
  EXPECT_EQ(records[2].outcome, store::Outcome::diverged);
  EXPECT_EQ(ended, (std::vector<std::size_t>{2, 0, 1, 3})) << "a diverged trial ends at once";
  EXPECT_THAT(epochs, testing::ElementsAre(20, 20, testing::Lt(20), 20));
  for (std::size_t i = 0; i < configs.size(); ++i) {
    SCOPED_TRACE("trial " + std::to_string(i));
    EXPECT_EQ(records[i].provenance.at("pack_size"), "4");
    EXPECT_EQ(records[i].provenance.at("backend"), GetParam());
    expect_same_record(records[i], trial::run_trial(configs[i], options_));
  }
}

TEST_P(RunTrials, NamesTheKeyThatKeepsTrialsApart) {
  Json wide = tiny_config();
  wide["network.width"] = 12;
  try {
    trial::run_trials({tiny_config(), wide}, options_, {});
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("network.width is 8 in the first and 12 in the second"));
    EXPECT_THAT(error.what(),
                testing::HasSubstr(experiment::trial_id(experiment::resolve_config(wide, "test"))));
  }
}

// A state that fits single precision, whose scaled acceleration does not.
TEST(RunTrial, RefusesDataThatAreNotFiniteBeforeTraining) {
  Json config = tiny_config();
  config["system"] = "harmonic_oscillator";
  config["constants.k"] = 1e60;
  config["scaling"] = "none";
  try {
    trial::run_trial(config, {});
    FAIL() << "no error";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), testing::ContainsRegex("(training|validation) set.*row [0-9]+: .* is -?inf"));
  }
}

}  // namespace
