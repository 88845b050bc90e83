#include "training/optimizer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>

namespace {

using namespace lnn::training;

// A small problem with a gradient that depends on the parameters.
at::Tensor gradient_at(const at::Tensor& p) {
  const double x = p[0].item<double>();
  const double y = p[1].item<double>();
  return at::tensor({2 * x + 0.3 * y, std::cos(y) + 0.3 * x}, at::kDouble);
}

std::pair<double, double> after(Optimizer kind, int steps) {
  TrainingOptions options;
  options.optimizer = kind;
  options.weight_decay = 1e-2;
  options.clip_norm = 0;
  const at::Tensor p = at::tensor({1.0, -2.0}, at::kDouble);
  FlatOptimizer optimizer(options, p);
  for (int i = 0; i < steps; ++i) optimizer.step(gradient_at(p), 0.05);
  return {p[0].item<double>(), p[1].item<double>()};
}

void expect_trajectory(Optimizer kind, const std::map<int, std::pair<double, double>>& expected) {
  for (const auto& [steps, values] : expected) {
    const auto [x, y] = after(kind, steps);
    EXPECT_NEAR(x, values.first, 1e-13) << "after " << steps << " steps";
    EXPECT_NEAR(y, values.second, 1e-13) << "after " << steps << " steps";
  }
}

// The expected numbers were computed from the published update formulas in plain Python.
TEST(Adam, FollowsTheFormula) {
  expect_trajectory(Optimizer::adam, {{1, {0.95000000035461, -1.95000000367251}},
                                      {5, {0.751922841301238, -1.7694993724121}},
                                      {6, {0.70337217700566, -1.73706035066044}},
                                      {40, {0.207409397943324, -1.60989634974438}}});
}

TEST(RAdam, FollowsTheFormulaBeforeAndAfterRectification) {
  expect_trajectory(Optimizer::radam, {{1, {0.9295, -1.99319265817264}},
                                       {5, {0.684037913267116, -1.96219980637068}},
                                       {6, {0.682814934333852, -1.96089090440496}},
                                       {40, {0.547934490330243, -1.81679494151571}}});
}

TEST(RAdam, RectifiesFromStepSix) {
  EXPECT_EQ(FlatOptimizer::rectification(0.999, 5), 0);
  EXPECT_NEAR(FlatOptimizer::rectification(0.999, 6), 0.026, 5e-4);
  EXPECT_NEAR(FlatOptimizer::rectification(0.999, 100), 0.22, 5e-3);
  EXPECT_NEAR(FlatOptimizer::rectification(0.999, 469), 0.46, 5e-3);
  EXPECT_NEAR(FlatOptimizer::rectification(0.999, 1000), 0.65, 5e-3);
  EXPECT_NEAR(FlatOptimizer::rectification(0.999, 4690), 0.98, 5e-3);
}

TEST(ClipFactor, ShortensLongGradientsOnly) {
  EXPECT_EQ(clip_factor(5, 10), 1);
  EXPECT_EQ(clip_factor(5, 1), 1 / (5 + 1e-6));
  EXPECT_EQ(clip_factor(50, 0), 1);
}

TEST(FlatOptimizer, ClipsAndReturnsTheNormBeforehand) {
  TrainingOptions options;
  options.weight_decay = 0;
  options.optimizer = Optimizer::radam;  // whose first step is lr * gradient
  const at::Tensor p = at::zeros({2}, at::kFloat);
  FlatOptimizer optimizer(options, p);
  EXPECT_EQ(optimizer.step(at::tensor({3.0F, 4.0F}), 0.1), 5);
  EXPECT_NEAR(p[0].item<double>(), -0.1 * 3 / (5 + 1e-6), 1e-8);
  EXPECT_NEAR(p[1].item<double>(), -0.1 * 4 / (5 + 1e-6), 1e-8);
}

TEST(FlatOptimizer, LeavesTheParametersAloneWhenTheGradientIsNotFinite) {
  const at::Tensor p = at::ones({17}, at::kDouble);
  FlatOptimizer optimizer({}, p);
  at::Tensor gradient = at::ones({17}, at::kDouble);
  gradient[16] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(std::isnan(optimizer.step(gradient, 0.1)));
  EXPECT_TRUE(p.equal(at::ones({17}, at::kDouble)));
}

}  // namespace
