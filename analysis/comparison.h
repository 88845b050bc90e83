#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "analysis/effect.h"
#include "analysis/table_definition.h"

/// Which row of a table's column is best, and how sure that is (rules: experiments/README.md, "Which row is
/// best").
namespace lnn::analysis {

/// A comparison with an adjusted p-value below this is separated.
inline constexpr double significance_level = 0.05;

/// What a row gives to a column.
struct RowSample {
  Sample values;                              ///< of ended trials by seed; infinite where one was lost
  std::set<std::uint64_t> unfinished_seeds;   ///< some planned trial with it has not ended
  std::optional<double> core_hours_per_seed;  ///< of all the row's trials with one seed
  bool is_reference = false;                  ///< the column's reductions refer to it
};

/// A row against the best row, or against the reference of a column of reductions.
struct Contrast {
  std::size_t pairs = 0;     ///< seeds that ended in both
  std::size_t left_out = 0;  ///< seeds of either that are missing or unfinished in the other
  Effect effect;             ///< over the pairs: ratio, difference or reduction_percent, with interval
  std::optional<double> p;   ///< Wilcoxon's signed-rank test; none below fewest_seeds pairs
  double p_adjusted = 1;     ///< Holm, over all comparisons of the table
  double rank_biserial = 0;  ///< effect size: 1 when every pair is above the best (the reference)
  bool separated = false;
  std::optional<std::size_t> more_seeds;  ///< about; would separate it. None when separated or not to be told
  std::optional<double> core_hours;       ///< of these seeds, for both rows
};

struct Standing {
  std::optional<Effect> level;       ///< the column's statistic of the row, with interval over seeds
  std::optional<double> median;      ///< over its ended trials; may be infinite
  bool is_best = false;              ///< the lowest (highest) statistic of the column
  bool is_marked = false;            ///< it is best and separated from every other row
  std::optional<Contrast> contrast;  ///< none for the best row, without values, and where no row is best
};

struct ColumnStandings {
  Statistic statistic = Statistic::mean;  ///< by which rows are compared
  Best best = Best::lowest;
  std::vector<Standing> rows;
};

/// Compares every row with the best one (with the reference rows where there are some). The statistic is the
/// median as soon as a trial was lost, the geometric mean where positive values span more than a decade, else
/// the mean. Differences are those of seeds' means, of their logarithms where all values are positive.
ColumnStandings compare_rows(std::span<const RowSample> rows, Best best);

/// Adjusts the p-values of all columns of a table together, decides what is separated, marks the best rows
/// and says how many more seeds would decide the rest.
void decide(std::span<ColumnStandings> columns, std::span<const std::vector<RowSample>> samples);

}  // namespace lnn::analysis
