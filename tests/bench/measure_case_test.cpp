#include "bench/measure_case.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.h"
#include "jets/native/kernels.h"

namespace {

using namespace lnn;
using namespace lnn::bench;
using testing::HasSubstr;

const Case tiny{.n = 2, .width = 8, .hidden_layers = 2, .batch = 4};

CaseResult measure(const Case& c, const Selection& selection = {}) {
  static Ceiling ceiling(16);
  return measure_case(make_problem(c), selection, 1e-4, ceiling);
}

double largest_error(const CaseResult& result, const std::string& precision) {
  double largest = -1;
  for (const ContenderResult& contender : result.contenders) {
    if (contender.engine.precision == precision) largest = std::max(largest, contender.gradient_error);
  }
  return largest;
}

TEST(MeasureCase, TimesEveryBackendInEveryPrecision) {
  const CaseResult result = measure(tiny);
  std::set<std::string> met;
  for (const ContenderResult& contender : result.contenders) {
    met.insert(contender.engine.backend + " " + contender.engine.precision);
    EXPECT_GE(contender.step.count(), 3);
    EXPECT_GE(contender.validation.count(), 3);
    EXPECT_GT(contender.gradient.best(), 0);
    EXPECT_GE(contender.step.best(), contender.gradient.best());
  }
  EXPECT_THAT(met, testing::IsSupersetOf(
                       {"autograd float32", "autograd float64", "native float32", "native float64"}));
  EXPECT_EQ(met.size(), result.contenders.size());
  ASSERT_NE(result.baseline(), nullptr);
  EXPECT_EQ(result.baseline()->engine.backend, "autograd");
  EXPECT_EQ(result.baseline()->engine.precision, "float32");
}

TEST(MeasureCase, GradientsAgreeWithDoublePrecision) {
  for (const PenaltyState penalty : {PenaltyState::inactive, PenaltyState::active}) {
    Case c = tiny;
    c.penalty = penalty;
    const CaseResult result = measure(c);
    EXPECT_LT(largest_error(result, "float64"), 1e-12);
    EXPECT_LT(largest_error(result, "float32"), 2e-6);
    EXPECT_GT(largest_error(result, "float32"), 1e-9);  // it is single precision
  }
}

TEST(MeasureCase, ActivePenaltiesMeetAllSamplesAndInactiveOnesNone) {
  const Selection quick{.backends = {"native"}};
  Case active = tiny;
  active.penalty = PenaltyState::active;
  EXPECT_EQ(measure(tiny, quick).violating_share, 0);
  EXPECT_EQ(measure(active, quick).violating_share, 1);
}

TEST(MeasureCase, RestrictionsLeaveTheRestOut) {
  const CaseResult result = measure(tiny, {.backends = {"native"}, .precisions = {"float64"}});
  ASSERT_EQ(result.contenders.size(), 1U);
  EXPECT_EQ(result.contenders[0].engine.backend, "native");
  EXPECT_EQ(result.contenders[0].engine.precision, "float64");
  EXPECT_EQ(result.baseline(), nullptr);
}

TEST(MeasureCase, AllInstructionSetsAreAllKernelTables) {
  const Selection selection{.backends = {"native"}, .all_instruction_sets = true};
  const std::size_t tables =
      jets::native::available_kernels<float>().size() + jets::native::available_kernels<double>().size();
  const CaseResult result = measure(tiny, selection);
  EXPECT_EQ(result.contenders.size(), tables);
  std::set<std::string> met;
  for (const ContenderResult& contender : result.contenders)
    met.insert(contender.engine.precision + " " + contender.engine.instruction_set);
  EXPECT_EQ(met.size(), tables);
}

TEST(MeasureCase, UnknownNamesAndImpossibleCombinationsAreUserErrors) {
  EXPECT_THROW(measure(tiny, {.backends = {"nativ"}}), UserError);
  EXPECT_THROW(measure(tiny, {.precisions = {"float16"}}), UserError);
  EXPECT_THROW(measure(tiny, {.backends = {"autograd"}, .precisions = {"bf16x3"}}), UserError);
}

TEST(MeasureCase, WhatThisMachineLacksIsTheEnvironment) {
  const auto tables = jets::native::available_kernels<float>();
  if (std::ranges::any_of(tables, [](auto* t) { return std::string(t->precision) == "bf16x3"; }))
    GTEST_SKIP() << "this processor has the matrix unit";
  EXPECT_THROW(measure(tiny, {.backends = {"native"}, .precisions = {"bf16x3"}}), EnvironmentError);
}

TEST(Ceiling, MeasuresEveryProduct) {
  Ceiling ceiling(64);
  ceiling.measure();
  for (const Ceiling::Product& product : ceiling.products()) {
    EXPECT_GT(product.gflops, 0) << product.with;
    EXPECT_LT(product.gflops, 1e5) << product.with;
  }
}

}  // namespace
