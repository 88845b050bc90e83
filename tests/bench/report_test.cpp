#include "bench/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace {

using namespace lnn::bench;
using testing::HasSubstr;
using testing::Not;

Times always(double seconds) {
  Times times;
  times.add(seconds);
  return times;
}

ContenderResult contender(const std::string& backend, double gradient_seconds) {
  ContenderResult result;
  result.engine = {backend, "float32", "cpu", "some"};
  result.gradient = always(gradient_seconds);
  result.step = always(1.25 * gradient_seconds);
  result.validation = always(0.25 * gradient_seconds);
  result.gradient_error = 3e-7;
  return result;
}

// Autograd takes 40 ms for 1 GFLOP, native 10 ms; the ceiling is 200 GFLOP/s.
Result sample() {
  CaseResult c;
  c.flops = 1e9;
  c.contenders = {contender("autograd", 0.040), contender("native", 0.010)};
  c.worker.engine = c.contenders[1].engine;
  c.worker.memory = {100, 2.5};
  c.worker.throughput = Throughput{2, 50, 95, 0.5};
  Result result;
  result.ceilings = {{"libtorch mm", "float32", 150}, {"native some", "float32", 200}};
  result.cases = {c};
  return result;
}

TEST(JsonReport, HoldsWhatFollowsFromTheTimes) {
  const auto json = nlohmann::json::parse(json_report(sample()));
  const auto& native = json["cases"][0]["contenders"][1];
  EXPECT_DOUBLE_EQ(native["gradient_ms"]["median"], 10);
  EXPECT_DOUBLE_EQ(native["step_ms"]["best"], 12.5);
  EXPECT_DOUBLE_EQ(native["speedup_over_autograd"]["median"], 4);
  EXPECT_DOUBLE_EQ(native["gflops"], 100);
  EXPECT_DOUBLE_EQ(native["share_of_ceiling"], 0.5);
  EXPECT_DOUBLE_EQ(native["validation_us_per_sample"], 2500.0 / 128);
  EXPECT_DOUBLE_EQ(native["validation_to_training"], 0.2);
  EXPECT_DOUBLE_EQ(json["cases"][0]["process"]["throughput"]["ratio"], 1.9);
}

TEST(JsonReport, WhatIsNotThereIsNull) {
  Result result = sample();
  result.ceilings.clear();
  result.cases[0].contenders.erase(result.cases[0].contenders.begin());
  result.cases[0].worker.throughput.reset();
  const auto json = nlohmann::json::parse(json_report(result));
  EXPECT_TRUE(json["cases"][0]["contenders"][0]["speedup_over_autograd"].is_null());
  EXPECT_TRUE(json["cases"][0]["contenders"][0]["share_of_ceiling"].is_null());
  EXPECT_TRUE(json["cases"][0]["process"]["throughput"].is_null());
}

TEST(TextReport, ShowsTheSameNumbers) {
  const std::string text = text_report(sample());
  EXPECT_THAT(text,
              testing::ContainsRegex(
                  "native +float32 +some +10\\.0 +10\\.0 +12\\.5 +4\\.00 +4\\.00 +100 +50 +19\\.5 +0\\.20 "
                  "+3\\.0e-07 +1\n"));
  EXPECT_THAT(text, HasSubstr("95.0 steps/s against 50.0 of one alone: 1.90 times"));
  EXPECT_THAT(text, HasSubstr("They had a processor only 50 % of that time"));
  EXPECT_THAT(text, Not(HasSubstr("minute before")));
}

TEST(TextReport, WarnsOfOtherPrograms) {
  Result result = sample();
  result.machine.load = 3;
  EXPECT_THAT(text_report(result), HasSubstr("Load 3.0 in the minute before: other programs were running"));
}

}  // namespace
