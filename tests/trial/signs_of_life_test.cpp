#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/sign_of_life.h"
#include "trial/run_trial.h"

namespace {

using namespace lnn;
using experiment::Json;

constexpr int samples = 200;
constexpr int steps = 4;
constexpr int epochs = 3;

Json on_boxes() {
  return {
      {"system", "double_pendulum"}, {"data.samples", samples},    {"data.validation_samples", 100},
      {"network.width", 4},          {"network.hidden_layers", 1}, {"training.batch_size", samples / steps},
      {"training.epochs", epochs},   {"training.t_max", 1},        {"rollout.t_end", 1.0}};
}

Json on_trajectories() {
  return {{"system", "kepler"},       {"model", "discrete_lagrangian"},
          {"trajectory.steps", 20},   {"trajectory.substeps", 10},
          {"network.width", 4},       {"network.hidden_layers", 1},
          {"training.epochs", epochs}};
}

// How often each kind of work says that it goes on when it is asked all the time.
std::map<std::string, int> signs_of(const std::vector<Json>& configs, const std::string& backend = "auto") {
  std::map<std::string, int> count;
  const SignsOfLife signs([&](const std::string& doing) { ++count[doing]; }, 0);
  trial::RunOptions options;
  options.engine.backend = backend;
  trial::run_trials(configs, options, {});
  return count;
}

TEST(SignsOfATrial, ComeFromEverySampleBatchAndIntegratorStep) {
  auto count = signs_of({on_boxes()});
  EXPECT_GE(count["data"], samples + 100);
  EXPECT_GE(count["training"], epochs * (steps + 2)) << "batches of training and validation";
  EXPECT_GE(count["evaluation"], 100) << "two rollouts of one second, and the comparison";
}

TEST(SignsOfATrial, ComeFromAPack) {
  Json other = on_boxes();
  other["network.seed"] = 7;
  auto count = signs_of({on_boxes(), other}, "tensor");
  EXPECT_GE(count["data"], 2 * (samples + 100));
  EXPECT_GE(count["training"], epochs * (steps + 1));
  EXPECT_GE(count["evaluation"], 200);
}

TEST(SignsOfATrial, ComeFromTrajectories) {
  auto count = signs_of({on_trajectories()});
  EXPECT_GE(count["data"], 2 * 20 * 10) << "substeps of the training and the test trajectory";
  EXPECT_GE(count["training"], 2 * epochs);
  EXPECT_GE(count["evaluation"], 20) << "steps of a rollout";
}

}  // namespace
