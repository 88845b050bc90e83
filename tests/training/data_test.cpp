#include "training/data.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

#include "base/error.h"

namespace {

using namespace lnn;

TEST(MakeStateSet, ScalesEveryCoordinate) {
  const physics::Dataset data{2, 2, {1, 2, 3, 4}, {5, 6, 7, 8}, {10, 20, 30, 40}};
  const training::StateSet set = training::make_state_set(data, {2, 4}, training::Precision::float64);
  EXPECT_EQ(set.size(), 2);
  EXPECT_TRUE(set.x.equal(at::tensor({0.5, 0.5, 2.5, 1.5, 1.5, 1.0, 3.5, 2.0}, at::kDouble).view({2, 4})));
  EXPECT_TRUE(set.a.equal(at::tensor({5.0, 5.0, 15.0, 10.0}, at::kDouble).view({2, 2})));
  EXPECT_EQ(training::make_state_set(data, {1, 1}, training::Precision::float32).x.scalar_type(), at::kFloat);
}

TEST(RequireFinite, NamesSetRowAndColumn) {
  const physics::Dataset clean{2, 2, {1, 2, 3, 4}, {5, 6, 7, 8}, {10, 20, 30, 40}};
  const auto message = [](const physics::Dataset& data) -> std::string {
    try {
      const auto set = training::make_state_set(data, {2, 4}, training::Precision::float32);
      training::require_finite(set, "validation set", {"x", "y"});
    } catch (const UserError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(message(clean), "");
  auto wrong = clean;
  wrong.v[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message(wrong), testing::StartsWith("validation set, row 1: y' is nan"));
  wrong = clean;
  wrong.a[2] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(message(wrong), testing::StartsWith("validation set, row 1: x'' is inf"));
  wrong = clean;
  wrong.q[1] = -std::numeric_limits<float>::infinity();
  EXPECT_THAT(message(wrong), testing::StartsWith("validation set, row 0: y is -inf"));
}

TEST(ShuffledOrder, IsAPermutationThatDependsOnSeedPhaseAndEpoch) {
  const auto order = training::shuffled_order(1000, 1, 0, 0);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> identity(1000);
  std::iota(identity.begin(), identity.end(), 0);
  EXPECT_EQ(sorted, identity);
  EXPECT_NE(order, identity);
  EXPECT_EQ(order, training::shuffled_order(1000, 1, 0, 0));
  EXPECT_NE(order, training::shuffled_order(1000, 2, 0, 0));
  EXPECT_NE(order, training::shuffled_order(1000, 1, 1, 0));
  EXPECT_NE(order, training::shuffled_order(1000, 1, 0, 1));
}

}  // namespace
