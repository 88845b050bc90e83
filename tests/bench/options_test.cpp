#include "bench/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace {

using namespace lnn;
using namespace lnn::bench;
using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(const std::vector<std::string>& words) {
  try {
    parse_options(words);
  } catch (const UserError& error) {
    return error.what();
  }
  return "no error";
}

TEST(BenchOptions, WithoutWordsTheSevenCasesAreMeasured) {
  const BenchOptions options = parse_options({});
  EXPECT_EQ(options.cases.size(), 7U);
  EXPECT_EQ(options.seconds, 8);
  EXPECT_EQ(options.processes, 1);
  EXPECT_FALSE(options.json);
}

TEST(BenchOptions, OneOptionMakesOneCaseOfYourOwn) {
  const BenchOptions options = parse_options({"--width", "96", "--penalty", "active"});
  EXPECT_THAT(options.cases, ElementsAre(Case{.width = 96, .penalty = PenaltyState::active}));
}

TEST(BenchOptions, ListsMakeAllCombinations) {
  const BenchOptions options = parse_options({"--n", "2,4", "--activation", "gelu,xtanh"});
  const auto xtanh = network::Activation::xtanh;
  EXPECT_THAT(options.cases, ElementsAre(Case{.n = 2}, Case{.n = 2, .activation = xtanh}, Case{.n = 4},
                                         Case{.n = 4, .activation = xtanh}));
}

TEST(BenchOptions, QuickShortensOwnCasesToo) {
  const BenchOptions options = parse_options({"--quick", "--n", "3"});
  EXPECT_THAT(options.cases, ElementsAre(Case{.n = 3}));
  EXPECT_LT(options.seconds, 1);
  EXPECT_EQ(parse_options({"--quick", "--seconds", "5"}).seconds, 5);
}

TEST(BenchOptions, SelectionIsReadAsLists) {
  const Selection selection =
      parse_options({"--backend", "native,autograd", "--precision", "float64"}).selection;
  EXPECT_THAT(selection.backends, ElementsAre("native", "autograd"));
  EXPECT_THAT(selection.precisions, ElementsAre("float64"));
}

TEST(BenchOptions, ImpossibleValuesAreNamed) {
  EXPECT_THAT(error_of({"--n", "0"}), HasSubstr("--n 0: must be a whole number from 1 to"));
  EXPECT_THAT(error_of({"--width", "64,2x"}), HasSubstr("--width 2x"));
  EXPECT_THAT(error_of({"--width", ""}), HasSubstr("--width"));
  EXPECT_THAT(error_of({"--width", "64,"}), HasSubstr("--width"));
  EXPECT_THAT(error_of({"--seconds", "0"}), HasSubstr("--seconds 0"));
  EXPECT_THAT(error_of({"--seconds", "nan"}), HasSubstr("--seconds nan"));
  EXPECT_THAT(error_of({"--processes", "0"}), HasSubstr("--processes 0"));
  EXPECT_THAT(error_of({"--activation", "gelo"}), HasSubstr("Did you mean 'gelu'?"));
  EXPECT_THAT(error_of({"--penalty", "on"}), HasSubstr("'inactive', 'active'"));
}

TEST(BenchOptions, UnknownOptionsNameTheNearest) {
  EXPECT_THAT(error_of({"--widht", "64"}), HasSubstr("Did you mean '--width'?"));
  EXPECT_THAT(error_of({"fast"}), HasSubstr("Usage: lnn-sweep bench"));
}

}  // namespace
