// Discrete Lagrangians that are known, rolled out as if they had been learned.
#include "trial/trajectory_evaluation.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "discrete/stepper.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
using experiment::Json;

constexpr int steps = 8;    // of training and test
constexpr int longer = 14;  // of the rollout

Json free_particle() {
  return {{"system", "free_particle"},         {"model", "discrete_lagrangian"}, {"symmetry.generators", 1},
          {"symmetry.guess", "given"},         {"symmetry.w", {0, -2}},          {"symmetry.M", {0, 0, 0, 0}},
          {"network.activation", "quadratic"}, {"network.hidden_layers", 1},     {"network.width", 2},
          {"trajectory.steps", steps},         {"rollout.steps", longer}};
}

// L_d = 3 |q_{k+1} - q_k|^2, exactly a free particle: z_i = q_{k+1,i} - q_{k,i} in the hidden layer.
void make_exact(const trial::PreparedTrial& prepared) {
  const at::NoGradGuard no_gradients;
  const auto& leaves = prepared.network().leaves();
  leaves[0].copy_(at::tensor({-1.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 1.0}, at::kDouble).view({2, 4}));
  leaves[1].zero_();
  leaves[2].fill_(3);
}

const store::DataArray& array(const store::ArrayGroup& group, const std::string& name) {
  const auto found = std::ranges::find(group.arrays, name, &store::DataArray::name);
  if (found == group.arrays.end()) throw std::logic_error("no array " + name);
  return *found;
}

TEST(EvaluateOnTrajectories, FindsNoErrorInTheTruth) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const trial::Evaluation evaluation = trial::evaluate_on_trajectories(prepared, longer);
  const auto metric = [&](const char* name) { return evaluation.metrics.at(name).value; };
  EXPECT_EQ(metric("rollouts_completed"), 2);
  EXPECT_EQ(metric("rollout_steps_reached"), longer);
  for (const char* error :
       {"recreation_error", "prediction_error", "prediction_error_mean", "test_error", "energy_error_max",
        "true_energy_error_max", "symmetry_error_max", "true_symmetry_error_max"})
    EXPECT_LT(metric(error), 1e-9) << error;
  EXPECT_NEAR(metric("mixed_eigenvalue1_real"), -6, 1e-12);
  EXPECT_NEAR(metric("mixed_eigenvalue2_real"), -6, 1e-12);
  EXPECT_EQ(metric("mixed_eigenvalue2_imag"), 0);
}

TEST(EvaluateOnTrajectories, ReportsTheGeneratorAndItsAngle) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const auto metrics = trial::evaluate_on_trajectories(prepared, longer).metrics;
  EXPECT_EQ(metrics.at("generator1_w1").value, 0);
  EXPECT_EQ(metrics.at("generator1_w2").value, -2);
  EXPECT_EQ(metrics.at("generator1_M12").value, 0);
  EXPECT_NEAR(metrics.at("symmetry_angle").value, 0, 1e-7) << "a translation, whatever its sign and length";
  EXPECT_LT(metrics.at("generator1_drift").value, 1e-9);

  Json shear = free_particle();
  shear["symmetry.w"] = {0, 0};
  shear["symmetry.M"] = {1, 0, 0, 0};
  const trial::PreparedTrial wrong(shear);
  make_exact(wrong);
  const auto of_shear = trial::evaluate_on_trajectories(wrong, longer).metrics;
  EXPECT_NEAR(of_shear.at("symmetry_angle").value, std::numbers::pi / 2, 1e-7) << "no symmetry at all";
  EXPECT_GT(of_shear.at("symmetry_error_max").value, 1e-3) << "the learned I, which is not conserved";
  EXPECT_GT(of_shear.at("generator1_drift").value, 1e-3) << "likewise";
  EXPECT_LT(of_shear.at("true_symmetry_error_max").value, 1e-9);
}

TEST(EvaluateOnTrajectories, ReportsHowFarTheGeneratorMovedFromItsGuess) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const auto shift = [&] {
    return trial::evaluate_on_trajectories(prepared, longer).metrics.at("symmetry_shift").value;
  };
  EXPECT_NEAR(shift(), 0, 1e-7) << "not trained";
  discrete::set_generators(prepared.network(), {-2, -2, 0, 0, 0, 0});
  EXPECT_NEAR(shift(), std::numbers::pi / 4, 1e-7);
}

TEST(EvaluateOnTrajectories, StoresBothRolloutsBesideTheTruth) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const trial::Evaluation evaluation = trial::evaluate_on_trajectories(prepared, longer);
  ASSERT_EQ(evaluation.groups.size(), 2U);
  const auto expect_rows = [](const store::ArrayGroup& group, const std::string& name, int count) {
    const auto rows = static_cast<std::size_t>(count) + 1;
    EXPECT_EQ(group.family, "rollouts");
    EXPECT_EQ(group.name, name);
    EXPECT_EQ(group.facts.at("outcome"), "completed") << group.facts.at("reason");
    EXPECT_EQ(group.facts.at("training_steps"), std::to_string(steps));
    EXPECT_EQ(group.facts.at("steps"), std::to_string(count));
    for (const char* line :
         {"t", "energy_error", "true_energy_error", "symmetry_error", "true_symmetry_error"})
      EXPECT_EQ(array(group, line).values.size(), rows) << line;
    for (const char* matrix : {"q_true", "v_true", "q_model", "v_model"}) {
      EXPECT_EQ(array(group, matrix).shape, (std::vector<std::int64_t>{count + 1, 2})) << matrix;
      EXPECT_EQ(array(group, matrix).values.size(), 2 * rows) << matrix;
    }
    EXPECT_NEAR(array(group, "t").values.back(), 0.1 * count, 1e-12);
  };
  expect_rows(evaluation.groups[0], "extended", longer);
  expect_rows(evaluation.groups[1], "test", steps);
  // The published motion of our own: from (-0.5, -0.3) with velocity (0.2, 0.1).
  const auto& q = array(evaluation.groups[0], "q_model").values;
  EXPECT_NEAR(q[2 * longer], -0.5 + 0.2 * 0.1 * longer, 1e-9);
  EXPECT_NEAR(q[2 * longer + 1], -0.3 + 0.1 * 0.1 * longer, 1e-9);
}

TEST(EvaluateOnTrajectories, HasNoPredictionWithinTheTraining) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const auto metrics = trial::evaluate_on_trajectories(prepared, steps - 3).metrics;
  EXPECT_LT(metrics.at("recreation_error").value, 1e-9);
  EXPECT_TRUE(std::isnan(metrics.at("prediction_error").value));
  EXPECT_LT(metrics.at("energy_error_max").value, 1e-9);
}

TEST(EvaluateOnTrajectories, MeasuresAWrongModel) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const at::NoGradGuard no_gradients;
  // z_1 = q_{k+1,1} - q_{k,1} + 0.1 q_{k,1}: L_d depends on the position.
  prepared.network().leaves()[0][0][0] += 0.1;
  const auto metrics = trial::evaluate_on_trajectories(prepared, longer).metrics;
  EXPECT_GT(metrics.at("recreation_error").value, 1e-4);
  EXPECT_GT(metrics.at("prediction_error").value, metrics.at("recreation_error").value);
  EXPECT_GE(metrics.at("prediction_error").value, metrics.at("prediction_error_mean").value);
  EXPECT_GT(metrics.at("true_energy_error_max").value, 1e-5);
}

void expect_failed_rollouts(const trial::PreparedTrial& prepared) {
  const trial::Evaluation evaluation = trial::evaluate_on_trajectories(prepared, longer);
  EXPECT_EQ(evaluation.metrics.at("rollouts_completed").value, 0);
  for (const char* metric :
       {"prediction_error", "test_error", "energy_error_max", "true_energy_error_max", "symmetry_error_max"})
    EXPECT_TRUE(std::isnan(evaluation.metrics.at(metric).value)) << metric;
  for (const store::ArrayGroup& group : evaluation.groups) {
    EXPECT_EQ(group.facts.at("outcome"), "no_root");
    EXPECT_THAT(group.facts.at("reason"), testing::HasSubstr("no point 2"));
    EXPECT_EQ(group.facts.at("steps"), "1");
    const auto& q = array(group, "q_model").values;
    EXPECT_FALSE(std::isnan(q[3])) << "the given points";
    EXPECT_TRUE(std::isnan(q[4])) << "and none behind them";
    EXPECT_FALSE(std::isnan(array(group, "q_true").values.back()));
  }
}

TEST(EvaluateOnTrajectories, OfANotFiniteNetworkIsAnOutcome) {
  const trial::PreparedTrial prepared(free_particle());
  const at::NoGradGuard no_gradients;
  prepared.network().parameters().fill_(std::nan(""));
  expect_failed_rollouts(prepared);
}

// The network of the plateau: every point solves its equations, none is determined.
TEST(EvaluateOnTrajectories, OfAConstantNetworkIsAnOutcome) {
  const trial::PreparedTrial prepared(free_particle());
  const at::NoGradGuard no_gradients;
  prepared.network().parameters().zero_();
  expect_failed_rollouts(prepared);
  const auto groups = trial::evaluate_on_trajectories(prepared, longer).groups;
  EXPECT_THAT(groups.front().facts.at("reason"), testing::HasSubstr("condition number of D_2 D_1 L_d inf"));
}

TEST(EvaluateOnTrajectories, IntegratesAnLNNByTheMidpointRule) {
  Json config{{"system", "free_particle"}, {"data.source", "trajectories"}, {"network.quadratic_term", 0.5},
              {"network.width", 4},        {"network.hidden_layers", 1},    {"trajectory.steps", steps},
              {"rollout.steps", longer}};
  const trial::PreparedTrial prepared(config);
  const at::NoGradGuard no_gradients;
  prepared.network().parameters().zero_();  // what remains is |v|^2/2, the truth
  const auto metrics = trial::evaluate_on_trajectories(prepared, longer).metrics;
  EXPECT_EQ(metrics.at("rollouts_completed").value, 2);
  EXPECT_LT(metrics.at("prediction_error").value, 1e-9);
  EXPECT_EQ(metrics.at("energy_error_max").value, metrics.at("true_energy_error_max").value);
  EXPECT_FALSE(metrics.contains("symmetry_angle"));
  EXPECT_FALSE(metrics.contains("generator1_w1"));
}

TEST(EvaluateFromStart, StartsWhereItIsTold) {
  const trial::PreparedTrial prepared(free_particle());
  make_exact(prepared);
  const trial::Evaluation evaluation = trial::evaluate_from_start(prepared, 5, {{1, 2}, {-1, 3}});
  EXPECT_TRUE(evaluation.metrics.empty());
  ASSERT_EQ(evaluation.groups.size(), 1U);
  EXPECT_EQ(evaluation.groups[0].name, "own");
  const auto& q = array(evaluation.groups[0], "q_model").values;
  ASSERT_EQ(q.size(), 12U);
  EXPECT_NEAR(q[10], 1 - 0.5, 1e-9);
  EXPECT_NEAR(q[11], 2 + 1.5, 1e-9);
  EXPECT_THROW(trial::evaluate_from_start(prepared, 5, {{1, 2, 3}, {0, 0, 0}}), UserError);
}

TEST(PlateauPasses, CountToTheLastReturn) {
  EXPECT_EQ(trial::plateau_passes({0.5, 0.5, 0.3, 0.46, 0.4, 0.2}, 10), 50);
  EXPECT_EQ(trial::plateau_passes({0.1}, 7), 7);
  EXPECT_TRUE(std::isnan(trial::plateau_passes({0.5, 0.3, 0.5}, 10)));
  EXPECT_TRUE(std::isnan(trial::plateau_passes({}, 10)));
}

}  // namespace
