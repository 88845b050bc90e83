#include "bench/problem.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace {

using namespace lnn::bench;

TEST(Problem, CountsTheUsefulOperations) {
  // Weights 4 x 10, 10 x 10, 10 x 10, 10 x 1; 13 rows for each of 3 samples; 2 operations per weight.
  EXPECT_EQ(useful_flops({.n = 2, .width = 10, .hidden_layers = 3, .batch = 3}), 2.0 * 3 * 13 * 250);
  // One hidden layer: 8 x 10 and 10 x 1; 15 rows.
  EXPECT_EQ(useful_flops({.n = 4, .width = 10, .hidden_layers = 1, .batch = 1}), 2.0 * 15 * 90);
}

TEST(Problem, IsTheSameEveryTime) {
  const Problem one = make_problem({.width = 16});
  const Problem two = make_problem({.width = 16});
  EXPECT_TRUE(at::equal(one.parameters, two.parameters));
  EXPECT_TRUE(at::equal(one.x, two.x));
  EXPECT_TRUE(at::equal(one.a, two.a));
}

TEST(Problem, StatesFillTheirBox) {
  const Problem problem = make_problem({.width = 16, .batch = 1000});
  EXPECT_LE(problem.x.abs().max().item<float>(), 1);
  EXPECT_GT(problem.x.max().item<float>(), 0.95F);
  EXPECT_LT(problem.x.min().item<float>(), -0.95F);
  EXPECT_NEAR(problem.x.mean().item<float>(), 0, 0.05);
}

}  // namespace
