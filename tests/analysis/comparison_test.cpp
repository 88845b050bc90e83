#include "analysis/comparison.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace {

using lnn::analysis::Best;
using lnn::analysis::ColumnStandings;
using lnn::analysis::compare_rows;
using lnn::analysis::Contrast;
using lnn::analysis::decide;
using lnn::analysis::EffectKind;
using lnn::analysis::RowSample;
using lnn::analysis::Statistic;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Seeds first, first + 1, ... with one value each; a seed costs half a core-hour.
RowSample row(const std::vector<double>& values, std::uint64_t first = 1) {
  RowSample sample;
  for (const double value : values) sample.values[first++] = {value};
  sample.core_hours_per_seed = 0.5;
  return sample;
}

const RowSample low = row({0.11, 0.25, 0.14, 0.42, 0.19, 0.31, 0.18, 0.40});
const RowSample high = row({0.52, 0.61, 0.33, 0.90, 0.45, 0.71, 0.40, 0.89});  // above `low` for every seed

ColumnStandings decided(const std::vector<RowSample>& rows, Best best = Best::lowest) {
  ColumnStandings column = compare_rows(rows, best);
  decide({&column, 1}, {&rows, 1});
  return column;
}

TEST(CompareRows, MarksTheBestRowOnlyWhenItIsSeparated) {
  const ColumnStandings column = decided({high, low});
  EXPECT_TRUE(column.rows[1].is_best);
  EXPECT_TRUE(column.rows[1].is_marked);
  EXPECT_FALSE(column.rows[1].contrast.has_value());
  const Contrast& contrast = column.rows[0].contrast.value();
  EXPECT_DOUBLE_EQ(contrast.p.value(), 2.0 / 256);  // all eight pairs in one direction
  EXPECT_DOUBLE_EQ(contrast.p_adjusted, 2.0 / 256);
  EXPECT_EQ(contrast.rank_biserial, 1);
  EXPECT_TRUE(contrast.separated);
  EXPECT_FALSE(contrast.more_seeds.has_value());
  EXPECT_EQ(contrast.effect.kind, EffectKind::ratio);
  EXPECT_NEAR(contrast.effect.estimate, 4.81 / 2.00, 1e-12);
}

TEST(CompareRows, CorrectsForAllComparisonsOfTheTable) {
  // Seven comparisons in two columns: 7 * 2 / 256 = 0.0547 is too much, six would do.
  const std::vector<std::vector<RowSample>> samples{{low, high, high, high, high}, {low, high, high, high}};
  std::vector<ColumnStandings> columns;
  for (const auto& rows : samples) columns.push_back(compare_rows(rows, Best::lowest));
  decide(columns, samples);
  EXPECT_DOUBLE_EQ(columns[1].rows[2].contrast->p_adjusted, 14.0 / 256);
  EXPECT_FALSE(columns[0].rows[0].is_marked);
  EXPECT_TRUE(columns[0].rows[0].is_best);
}

// Four pairs can never get below 2 / 16. By the formula (significance.h, scipy.stats.norm) the differences of
// logarithms, mean 1.016 and deviation 0.362, need 3 pairs , but p cannot be below 0.05 with fewer than 6.
TEST(CompareRows, SaysHowManySeedsWouldDecide) {
  const auto first_four = [](const RowSample& sample) {
    RowSample some = sample;
    while (some.values.size() > 4) some.values.erase(std::prev(some.values.end()));
    return some;
  };
  const ColumnStandings column = decided({first_four(low), first_four(high)});
  const Contrast& contrast = column.rows[1].contrast.value();
  EXPECT_DOUBLE_EQ(contrast.p.value(), 0.125);
  EXPECT_FALSE(contrast.separated);
  EXPECT_FALSE(column.rows[0].is_marked);
  EXPECT_EQ(contrast.more_seeds, 2U);
  EXPECT_DOUBLE_EQ(contrast.core_hours.value(), 2.0);  // 2 seeds x 2 rows x 0.5 h
}

TEST(CompareRows, UsesSeedsThatBothHaveFinished) {
  RowSample other = high;
  other.values.erase(8);             // missing
  other.unfinished_seeds.insert(7);  // one of its trials still runs
  other.values[100] = {5.0};         // a seed that `low` does not have
  const Contrast contrast = decided({low, other}).rows[1].contrast.value();
  EXPECT_EQ(contrast.pairs, 6U);
  EXPECT_EQ(contrast.left_out, 3U);
  EXPECT_DOUBLE_EQ(contrast.p.value(), 2.0 / 64);
}

TEST(CompareRows, DoesNotTestWithoutCommonSeeds) {
  const ColumnStandings column = decided({low, row({5, 6, 7}, 100)});
  EXPECT_EQ(column.rows[1].contrast->pairs, 0U);
  EXPECT_FALSE(column.rows[1].contrast->p.has_value());
  EXPECT_TRUE(column.rows[0].is_best);
  EXPECT_FALSE(column.rows[0].is_marked);
}

TEST(CompareRows, DoesNotTestTwoPairs) {
  const Contrast contrast = decided({row({1, 2}), row({3, 4})}).rows[1].contrast.value();
  EXPECT_EQ(contrast.pairs, 2U);
  EXPECT_FALSE(contrast.p.has_value());
  EXPECT_FALSE(contrast.separated);
}

TEST(CompareRows, CountsLostTrialsAsWorst) {
  const ColumnStandings column = decided(
      {row({1, infinity, infinity, infinity, infinity, infinity, infinity}), row({2, 3, 4, 5, 6, 7, 8})});
  EXPECT_EQ(column.statistic, Statistic::median);
  EXPECT_TRUE(column.rows[1].is_best);
  EXPECT_EQ(column.rows[0].median, infinity);
  // One of seven pairs speaks for the first row, with the smallest rank: 2 * 2 / 2^7.
  EXPECT_DOUBLE_EQ(column.rows[0].contrast->p.value(), 4.0 / 128);
  EXPECT_FALSE(column.rows[0].contrast->more_seeds.has_value());
}

TEST(CompareRows, TakesLogarithmsWhereValuesSpanADecade) {
  EXPECT_EQ(compare_rows(std::array{low, high}, Best::lowest).statistic, Statistic::mean);
  const ColumnStandings column = compare_rows(std::array{row({1, 10, 100}), row({2, 20, 200})}, Best::lowest);
  EXPECT_EQ(column.statistic, Statistic::geometric_mean);
  EXPECT_NEAR(column.rows[0].level->estimate, 10, 1e-12);
  EXPECT_NEAR(column.rows[1].contrast->effect.estimate, 2, 1e-12);
}

TEST(CompareRows, TakesDifferencesWhereValuesMayBeZero) {
  const ColumnStandings column = compare_rows(std::array{row({0, 1, 2}), row({4, 4, 3})}, Best::highest);
  EXPECT_TRUE(column.rows[1].is_best);
  const Contrast& contrast = column.rows[0].contrast.value();
  EXPECT_EQ(contrast.effect.kind, EffectKind::difference);
  EXPECT_NEAR(contrast.effect.estimate, 1.0 - 11.0 / 3, 1e-12);
  EXPECT_EQ(contrast.rank_biserial, -1);
}

TEST(CompareRows, MarksTheHighestWhereMoreIsBetter) {
  const ColumnStandings column = decided({low, high}, Best::highest);
  EXPECT_TRUE(column.rows[1].is_marked);
  EXPECT_EQ(column.rows[0].contrast->rank_biserial, -1);
}

TEST(CompareRows, RatesNoRowWhereNothingIsBest) {
  const ColumnStandings column = decided({low, high}, Best::none);
  EXPECT_FALSE(column.rows[0].is_best);
  EXPECT_FALSE(column.rows[1].contrast.has_value());
  EXPECT_TRUE(column.rows[1].level->interval.has_value());
}

TEST(CompareRows, ComparesReductionsWithTheirReference) {
  RowSample reference = high;
  reference.is_reference = true;
  const ColumnStandings column = decided({reference, low});
  EXPECT_FALSE(column.rows[0].contrast.has_value());
  EXPECT_FALSE(column.rows[1].is_best);
  const Contrast& contrast = column.rows[1].contrast.value();
  EXPECT_EQ(contrast.effect.kind, EffectKind::reduction_percent);
  EXPECT_NEAR(contrast.effect.estimate, 100 * (1 - 2.00 / 4.81), 1e-12);
  EXPECT_TRUE(contrast.effect.interval->contains(contrast.effect.estimate));
  EXPECT_TRUE(contrast.separated);
}

TEST(CompareRows, PairsSeedsOfRowsWithSeveralArms) {
  RowSample both = low;
  for (auto& [seed, values] : both.values) values.push_back(values.front() + 1);
  const Contrast contrast = decided({low, both}).rows[1].contrast.value();
  EXPECT_EQ(contrast.pairs, 8U) << "two arms of one seed are one replicate";
}

TEST(CompareRows, LeavesOutWhatNoTrialHas) {
  const ColumnStandings column =
      decided({row({infinity, infinity, infinity}), row({infinity, infinity, infinity})});
  EXPECT_FALSE(column.rows[0].level.has_value());
  EXPECT_FALSE(column.rows[1].contrast.has_value());
}

TEST(CompareRows, CopesWithEmptyRows) {
  const ColumnStandings column = decided({RowSample{}, low});
  EXPECT_FALSE(column.rows[0].level.has_value());
  EXPECT_FALSE(column.rows[1].is_best) << "one row has nothing to be better than";
  EXPECT_TRUE(decided({}).rows.empty());
}

}  // namespace
