#include "trial/evaluation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/error.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
using experiment::Json;

Json tiny_config() {
  return {{"system", "double_pendulum"}, {"data.samples", 128},  {"data.validation_samples", 100},
          {"network.width", 8},          {"training.epochs", 2}, {"training.batch_size", 50},
          {"rollout.t_end", 2.0}};
}

// NaN equals itself.
void expect_same_bits(double one, double other, const std::string& name) {
  EXPECT_EQ(std::bit_cast<std::uint64_t>(one), std::bit_cast<std::uint64_t>(other)) << name;
}

TEST(RunTrial, EvaluatesItsBestModel) {
  const store::TrialRecord record = trial::run_trial(tiny_config(), {});
  for (int k = 0; k < 4; ++k) {
    const store::ArrayGroup& group = record.groups.at(static_cast<std::size_t>(k));
    EXPECT_EQ(group.family, "rollouts");
    EXPECT_EQ(group.name, std::to_string(k + 1));
    EXPECT_EQ(group.arrays.front().name, "t");
    EXPECT_EQ(group.arrays.front().values.size(), 20U);
  }
  EXPECT_GE(record.metrics.at("rollouts_completed").value, 0);
  EXPECT_LE(record.metrics.at("rollouts_completed").value, 4);
  // The double pendulum's alphas are nearly equal, so LNN-2020's number is nearly 4 alpha times the base loss
  // (paper facts A.2).
  const double alpha =
      (record.metrics.at("alpha_theta1").value + record.metrics.at("alpha_theta2").value) / 2;
  EXPECT_NEAR(record.metrics.at("lnn2020_metric").value / record.metrics.at("best_val_base").value, 4 * alpha,
              0.05 * alpha);
}

TEST(Evaluate, OfAStoredModelRepeatsTheTrialsOwnEvaluation) {
  const store::TrialRecord record = trial::run_trial(tiny_config(), {});
  const trial::PreparedTrial again(tiny_config());
  trial::load_model(record, again.network());
  const trial::Evaluation evaluation = trial::evaluate(again, again.config().rollout);
  EXPECT_GT(evaluation.metrics.size(), 50U);
  for (const auto& [name, metric] : evaluation.metrics)
    expect_same_bits(metric.value, record.metrics.at(name).value, name);
  ASSERT_EQ(evaluation.groups.size(), record.groups.size());
  for (std::size_t i = 0; i < record.groups.size(); ++i) {
    for (std::size_t a = 0; a < record.groups[i].arrays.size(); ++a) {
      const auto& expected = record.groups[i].arrays[a].values;
      const auto& values = evaluation.groups[i].arrays.at(a).values;
      ASSERT_EQ(values.size(), expected.size());
      for (std::size_t k = 0; k < values.size(); ++k)
        expect_same_bits(values[k], expected[k], record.groups[i].arrays[a].name);
    }
  }
}

TEST(Evaluate, WithoutTestsHasNoRollouts) {
  Json config = tiny_config();
  config.erase("rollout.t_end");
  config["rollout.tests"] = "none";
  const trial::PreparedTrial prepared(config);
  const trial::Evaluation evaluation = trial::evaluate(prepared, prepared.config().rollout);
  EXPECT_FALSE(evaluation.metrics.contains("rollouts_completed"));
  EXPECT_TRUE(evaluation.metrics.contains("mass_matrix_error"));
  EXPECT_TRUE(
      std::ranges::none_of(evaluation.groups, [](const auto& group) { return group.family == "rollouts"; }));
}

TEST(EvaluateFrom, StartsWhereItIsTold) {
  const trial::PreparedTrial prepared(tiny_config());
  const trial::Evaluation evaluation =
      trial::evaluate_from(prepared, prepared.config().rollout, {{{1, 2}, {0.5, -0.5}}});
  ASSERT_EQ(evaluation.groups.size(), 1U);
  const auto& arrays = evaluation.groups.front().arrays;
  const auto q_true = std::ranges::find(arrays, "q_true", &store::DataArray::name);
  const auto v_model = std::ranges::find(arrays, "v_model", &store::DataArray::name);
  EXPECT_EQ(q_true->values[0], 1);
  EXPECT_EQ(q_true->values[1], 2);
  EXPECT_EQ(v_model->values[0], 0.5);
  EXPECT_EQ(v_model->values[1], -0.5);
  EXPECT_FALSE(evaluation.metrics.contains("rollout2_completed"));
}

TEST(Evaluate, OfAModelThatOverflowsIsAnOutcome) {
  const trial::PreparedTrial prepared(tiny_config());
  const at::NoGradGuard no_gradients;
  prepared.network().parameters().fill_(std::nan(""));
  const trial::Evaluation evaluation = trial::evaluate(prepared, prepared.config().rollout);
  EXPECT_EQ(evaluation.metrics.at("rollouts_completed").value, 0);
  EXPECT_NE(evaluation.groups.front().facts.at("outcome"), "completed");
  EXPECT_TRUE(std::isnan(evaluation.metrics.at("rollout_energy_error_final").value));
  EXPECT_TRUE(std::isnan(evaluation.metrics.at("mass_matrix_error").value));
}

TEST(AddEvaluation, ReplacesAnOlderOne) {
  store::TrialRecord record;
  record.metrics["seconds"] = {1, "s", ""};
  record.metrics["rollouts_completed"] = {4, "1", ""};
  record.groups = {{"rollouts", "1", {}, {}}};
  trial::add_evaluation(record, {{{"rollouts_completed", {2, "1", ""}}}, {{"learned", "signature", {}, {}}}});
  EXPECT_EQ(record.metrics.at("rollouts_completed").value, 2);
  EXPECT_EQ(record.metrics.at("seconds").value, 1);
  ASSERT_EQ(record.groups.size(), 1U);
  EXPECT_EQ(record.groups.front().name, "signature");
}

TEST(LoadModel, RefusesAModelOfAnotherShape) {
  const store::TrialRecord record = trial::run_trial(tiny_config(), {});
  Json wider = tiny_config();
  wider["network.width"] = 16;
  const trial::PreparedTrial other(wider);
  EXPECT_THROW(trial::load_model(record, other.network()), EnvironmentError);
}

}  // namespace
