// Trials that are stopped and started again, in one process.
#include "trial/checkpoints.h"

#include <ATen/ATen.h>
#include <ATen/Context.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "base/files.h"
#include "store/checkpoint_file.h"
#include "tests/in_folder.h"
#include "tests/trial/same_record.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
using experiment::Json;
using test::expect_same_record;
using testing::HasSubstr;
namespace fs = std::filesystem;

class CheckpointsTest : public test::InFolder {
 protected:
  CheckpointsTest() {
    options_.checkpoints = {{path("a.h5")}, 0, [] { return false; }};
  }

  static Json config(int seed = 1) {
    return {{"system", "double_pendulum"},   {"data.samples", 64},
            {"data.validation_samples", 40}, {"network.width", 8},
            {"network.hidden_layers", 2},    {"network.seed", seed},
            {"training.batch_size", 32},     {"training.epochs", 4},
            {"training.t_max", 2},           {"training.learning_rate", 1e-2},
            {"rollout.tests", "none"},       {"training.phases", Json::array({{{"epochs", 3}}})}};
  }

  fs::path path(const std::string& name) const { return folder_ / name; }

  // Stops the trials after so many epochs of this start.
  void stop_after(int epochs, const std::vector<Json>& configs = {config()}) {
    trial::RunOptions options = options_;
    options.checkpoints.stop = [&] { return --epochs == 0; };
    EXPECT_THROW(trial::run_trials(configs, options, {}), trial::Stopped);
  }

  // What the program says on standard error while it starts over, as it must, instead of continuing.
  std::string reason_to_start_over() {
    testing::internal::CaptureStderr();
    const store::TrialRecord record = trial::run_trial(config(), options_);
    EXPECT_FALSE(record.provenance.contains("resumed_from_epoch"));
    expect_same_record(record, undisturbed());
    return testing::internal::GetCapturedStderr();
  }

  // The same trial without checkpoints.
  store::TrialRecord undisturbed(int seed = 1) const {
    trial::RunOptions options = options_;
    options.checkpoints = {};
    return trial::run_trial(config(seed), options);
  }

  trial::RunOptions options_;
};

class OnEveryBackend : public CheckpointsTest, public testing::WithParamInterface<const char*> {
 protected:
  OnEveryBackend() { options_.engine.backend = GetParam(); }
};

INSTANTIATE_TEST_SUITE_P(Trial, OnEveryBackend, testing::Values("native", "autograd", "tensor"),
                         [](const auto& test) { return std::string(test.param); });

TEST_P(OnEveryBackend, AStoppedTrialEndsAsIfNothingHadHappened) {
  stop_after(2);
  stop_after(3);  // in the second phase
  const store::TrialRecord record = trial::run_trial(config(), options_);
  EXPECT_EQ(record.provenance.at("resumed_from_epoch"), "2, 5");
  expect_same_record(record, undisturbed());
}

TEST_P(OnEveryBackend, APackContinuesAsAPack) {
  options_.checkpoints.files = {path("a.h5"), path("b.h5")};
  stop_after(3, {config(1), config(2)});
  const auto records = trial::run_trials({config(1), config(2)}, options_, {});
  for (std::size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(records[i].provenance.at("resumed_from_epoch"), "3");
    expect_same_record(records[i], undisturbed(static_cast<int>(i) + 1));
  }
}

TEST_F(CheckpointsTest, ATrialOfAPackContinuesAlone) {
  options_.engine.backend = "tensor";
  options_.checkpoints.files = {path("b.h5"), path("a.h5")};
  stop_after(3, {config(2), config(1)});
  options_.checkpoints.files = {path("a.h5")};
  const store::TrialRecord record = trial::run_trial(config(), options_);
  EXPECT_EQ(record.provenance.at("pack_size"), "1");
  EXPECT_EQ(record.provenance.at("earlier_pack_size"), "2");
  expect_same_record(record, undisturbed());
}

TEST_F(CheckpointsTest, TheEndOfTrainingIsSavedHoweverShortItWas) {
  options_.checkpoints.every = 3600;
  int epochs = 0;
  options_.on_epoch = [&](const trial::EpochEvent&) { ++epochs; };
  const store::TrialRecord first = trial::run_trial(config(), options_);
  EXPECT_EQ(store::read_checkpoint(path("a.h5")).epochs(), 7);
  EXPECT_EQ(epochs, 7);
  const store::TrialRecord second = trial::run_trial(config(), options_);
  EXPECT_EQ(epochs, 7) << "nothing is trained again";
  expect_same_record(second, first);
  EXPECT_EQ(second.metrics.at("seconds").value, first.metrics.at("seconds").value);
}

TEST_F(CheckpointsTest, NothingIsSavedBeforeItIsTime) {
  options_.checkpoints.every = 3600;
  options_.on_epoch = [&](const trial::EpochEvent& event) {
    EXPECT_FALSE(fs::exists(path("a.h5"))) << "in epoch " << event.epoch;
  };
  trial::run_trial(config(), options_);
}

TEST_F(CheckpointsTest, DataAndEvaluationStopAtOnceAndLoseNothing) {
  bool training = false;
  bool trained = false;
  trial::RunOptions options = options_;
  options.checkpoints.stop_between = [] { return true; };
  options.on_epoch = [&](const trial::EpochEvent&) { training = true; };
  EXPECT_THROW(trial::run_trial(config(), options), trial::Stopped);
  EXPECT_FALSE(training);
  EXPECT_FALSE(fs::exists(path("a.h5")));

  Json evaluated = config();
  evaluated["rollout.tests"] = "published";
  evaluated["rollout.t_end"] = 1.0;
  options.checkpoints.stop_between = [&] { return trained; };
  options.on_epoch = [&](const trial::EpochEvent& event) { trained = event.epoch == event.epochs; };
  EXPECT_THROW(trial::run_trial(evaluated, options), trial::Stopped);
  trained = false;
  int epochs = 0;
  options.on_epoch = [&](const trial::EpochEvent&) { ++epochs; };
  const store::TrialRecord record = trial::run_trial(evaluated, options);
  EXPECT_EQ(epochs, 0) << "only the evaluation was left";
  options.checkpoints = {};
  expect_same_record(record, trial::run_trial(evaluated, options));
}

TEST_F(CheckpointsTest, ADamagedFileIsNotUsed) {
  stop_after(3);
  std::string bytes = read_text_file(path("a.h5"));
  bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
  std::ofstream(path("a.h5"), std::ios::binary) << bytes;
  EXPECT_THAT(reason_to_start_over(), HasSubstr("damaged (its checksum does not match its content)"));
}

TEST_F(CheckpointsTest, AnotherTrialsFileIsNotUsed) {
  stop_after(3, {config(2)});
  EXPECT_THAT(reason_to_start_over(), HasSubstr("belongs to trial"));
}

TEST_F(CheckpointsTest, AnotherEnginesFileIsNotUsed) {
  options_.engine.backend = "autograd";
  stop_after(3);
  options_.engine.backend = "native";
  EXPECT_THAT(reason_to_start_over(), HasSubstr("was made with backend autograd, and this is native"));
}

TEST_F(CheckpointsTest, AnotherPrecisionVersionOrDeviceIsNotUsed) {
  stop_after(3);
  const store::Checkpoint good = store::read_checkpoint(path("a.h5"));
  for (const char* key : {"precision", "program_version", "device"}) {
    store::Checkpoint other = good;
    other.provenance[key] = "another";
    store::write_checkpoint(path("a.h5"), other);
    EXPECT_THAT(reason_to_start_over(), HasSubstr(fmt::format("was made with {} another", key)));
  }
}

TEST_F(CheckpointsTest, AFileThatDoesNotFitItsTrialIsNotUsed) {
  stop_after(3);
  const store::Checkpoint good = store::read_checkpoint(path("a.h5"));
  const auto expect_misfit = [&](auto change) {
    store::Checkpoint other = good;
    change(other);
    store::write_checkpoint(path("a.h5"), other);
    EXPECT_THAT(reason_to_start_over(), HasSubstr("does not fit its trial"));
  };
  expect_misfit([](store::Checkpoint& c) { c.history.pop_back(); });
  expect_misfit([](store::Checkpoint& c) { c.single_precision = false; });
  expect_misfit([](store::Checkpoint& c) {
    for (auto* part : {&c.best_parameters, &c.parameters, &c.first_moment, &c.second_moment})
      part->pop_back();
  });
  expect_misfit([](store::Checkpoint& c) {
    for (auto& column : c.history) column.values.resize(8);
  });
}

TEST_F(CheckpointsTest, WhatAnAttemptDidNotGetBeyondIsNotUsedAgain) {
  stop_after(3);  // attempt 1
  options_.attempt = 3;
  EXPECT_THAT(reason_to_start_over(), HasSubstr("attempt 2 did not get beyond it"));
  fs::remove(path("a.h5"));
  stop_after(3);  // attempt 3
  options_.attempt = 4;
  EXPECT_EQ(trial::run_trial(config(), options_).provenance.at("resumed_from_epoch"), "3");
}

TEST_F(CheckpointsTest, APackMustStandAfterOneEpoch) {
  stop_after(3, {config(1)});
  options_.checkpoints.files = {path("b.h5")};
  stop_after(2, {config(2)});
  options_.checkpoints.files = {path("a.h5"), path("b.h5")};
  EXPECT_THAT(
      [&] {
        trial::run_trials({config(1), config(2)}, options_, {});
      },
      testing::ThrowsMessage<UserError>(HasSubstr("they stand after epochs 3 and 2")));
}

TEST_F(CheckpointsTest, ProvenanceNamesAllHostsAndStarts) {
  stop_after(2);
  store::Checkpoint elsewhere = store::read_checkpoint(path("a.h5"));
  elsewhere.provenance["host"] = "node7";
  elsewhere.provenance["start"] = "2001-01-01T00:00:00Z";
  store::write_checkpoint(path("a.h5"), elsewhere);
  stop_after(2);
  const trial::Provenance facts = trial::run_trial(config(), options_).provenance;
  EXPECT_EQ(facts.at("resumed_from_epoch"), "2, 4");
  EXPECT_EQ(facts.at("earlier_host"), "node7");
  EXPECT_THAT(facts.at("earlier_start"), testing::StartsWith("2001-01-01T00:00:00Z"));
  EXPECT_NE(facts.at("host"), "node7");
  EXPECT_FALSE(facts.contains("earlier_backend"));
}

// As on a GPU, which computes with subnormal numbers whatever the processor does.
TEST_F(CheckpointsTest, SubnormalNumbersSurviveWhileTheProcessorFlushesThem) {
  at::globalContext().setFlushDenormal(false);
  const trial::PreparedTrial prepared(config());
  const at::Tensor tiny = at::full(prepared.network().parameter_count(), 1e-45F, at::kFloat);
  training::TrainingState state;
  state.so_far.history.resize(1);
  state.so_far.best_epoch = 1;
  state.so_far.best_parameters = tiny;
  state.now = {tiny, tiny, tiny, 1};
  at::globalContext().setFlushDenormal(true);
  trial::save_checkpoint(path("a.h5"), prepared, state, 1, {});
  const auto found = trial::load_checkpoint(path("a.h5"), prepared, 1, {});
  volatile float smallest = 1.2e-38F;
  EXPECT_EQ(smallest / 2, 0) << "still flushing";
  at::globalContext().setFlushDenormal(false);
  ASSERT_TRUE(found.has_value());
  EXPECT_TRUE(found->state.now.second_moment.equal(tiny));
  EXPECT_GT(found->state.so_far.best_parameters[0].item<float>(), 0);
}

}  // namespace
