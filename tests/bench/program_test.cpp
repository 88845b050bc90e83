// `lnn-sweep bench` from the command line.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

struct Finished {
  int code = -1;
  std::string output;
};

// With the shell's redirections: standard output alone, or standard error alone.
Finished bench(const std::string& arguments) {
  Finished finished;
  std::FILE* pipe = popen(fmt::format("{} bench {}", LNN_SWEEP_PROGRAM, arguments).c_str(), "r");
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) finished.output += static_cast<char>(c);
  finished.code = WEXITSTATUS(pclose(pipe));
  return finished;
}

void expect_positive(const Json& json, const std::string& where) {
  if (json.is_structured()) {
    for (const auto& [key, value] : json.items()) expect_positive(value, where + "/" + key);
    return;
  }
  if (!json.is_number()) return;
  EXPECT_TRUE(std::isfinite(json.get<double>())) << where;
  EXPECT_GT(json.get<double>(), 0) << where;
}

TEST(BenchProgram, MeasuresAndPrintsJson) {
  const Finished finished = bench("--quick --json --processes 2 2>/dev/null");
  ASSERT_EQ(finished.code, 0) << finished.output;
  Json json = Json::parse(finished.output);
  EXPECT_EQ(json["format"], 1);
  EXPECT_EQ(json["machine"]["threads"], 1);
  ASSERT_EQ(json["cases"].size(), 2U);
  EXPECT_EQ(json["cases"][0]["violating_share"], 0);
  EXPECT_EQ(json["cases"][1]["violating_share"], 1);
  for (Json& c : json["cases"]) {
    EXPECT_FALSE(c["process"]["throughput"].is_null());
    EXPECT_GE(c["contenders"].size(), 4U);
    for (Json& contender : c["contenders"]) {
      EXPECT_FALSE(contender["speedup_over_autograd"].is_null());
      const bool single = contender["precision"] == "float32";
      const double bound = single ? 2e-6 : contender["precision"] == "float64" ? 1e-12 : 1e-4;
      EXPECT_LT(contender["gradient_error"].get<double>(), bound) << contender;
      contender.erase("gradient_error");  // zero for the reference itself
    }
    c.erase("violating_share");
  }
  json["machine"].erase("load_before");
  expect_positive(json, "");
}

TEST(BenchProgram, PrintsTablesForPeople) {
  const Finished finished = bench("--width 8 --batch 4 --seconds 0.01 --backend native 2>/dev/null");
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.output, HasSubstr("n 2, width 8, 3 hidden layers, batch 4, gelu, penalty inactive"));
  EXPECT_THAT(finished.output, HasSubstr("One training process (native, float32"));
}

TEST(BenchProgram, ExplainsItself) {
  const Finished finished = bench("--help");
  EXPECT_EQ(finished.code, 0);
  EXPECT_THAT(finished.output, HasSubstr("Usage: lnn-sweep bench"));
}

TEST(BenchProgram, WrongOptionsEndWithTwo) {
  const Finished unknown = bench("--widht 3 2>&1");
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.output, HasSubstr("Did you mean '--width'?"));
  EXPECT_EQ(bench("--batch 0 2>&1").code, 2);
  const Finished backend = bench("--backend natife --quick 2>&1");
  EXPECT_EQ(backend.code, 2);
  EXPECT_THAT(backend.output, HasSubstr("Did you mean 'native'?"));
}

}  // namespace
