#include "analysis/comparison.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "analysis/significance.h"

namespace lnn::analysis {
namespace {

using Rows = std::span<const RowSample>;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<double> column_values(Rows rows) {
  std::vector<double> all;
  for (const RowSample& row : rows) {
    const std::vector<double> own = all_values(row.values);
    all.insert(all.end(), own.begin(), own.end());
  }
  return all;
}

bool all_positive(const std::vector<double>& values) {
  return std::ranges::all_of(values, [](double value) { return value > 0; });
}

bool has_reference(Rows rows) {
  return std::ranges::any_of(rows, &RowSample::is_reference);
}

// A reduction is one of means: that is what its column shows.
Statistic statistic_for(Rows rows) {
  constexpr double decade = 10;
  const std::vector<double> values = column_values(rows);
  const bool lost = std::ranges::any_of(values, [](double value) { return std::isinf(value); });
  if (lost) return Statistic::median;
  if (has_reference(rows) || values.empty() || !all_positive(values)) return Statistic::mean;
  const auto [low, high] = std::ranges::minmax(values);
  return high > decade * low ? Statistic::geometric_mean : Statistic::mean;
}

/// A seed's mean; infinite as soon as one of its trials was lost.
double seed_value(const std::vector<double>& values, bool logarithmic) {
  double sum = 0;
  for (const double value : values) sum += logarithmic ? std::log(value) : value;
  return sum / static_cast<double>(values.size());
}

/// The two rows on the seeds that both have.
struct Pairs {
  Sample of;
  Sample against;

  std::vector<double> differences(bool logarithmic) const {
    std::vector<double> all;
    for (const auto& [seed, values] : of) {
      const double left = seed_value(values, logarithmic);
      const double right = seed_value(against.at(seed), logarithmic);
      all.push_back(left == right ? 0 : left - right);
    }
    return all;
  }
};

bool is_complete(const RowSample& row, std::uint64_t seed) {
  return row.values.contains(seed) && !row.unfinished_seeds.contains(seed);
}

Pairs pairs_of(const RowSample& of, const RowSample& against) {
  Pairs pairs;
  for (const auto& [seed, values] : of.values) {
    if (!is_complete(of, seed) || !is_complete(against, seed)) continue;
    pairs.of[seed] = values;
    pairs.against[seed] = against.values.at(seed);
  }
  return pairs;
}

std::size_t all_seeds(const RowSample& of, const RowSample& against) {
  std::set<std::uint64_t> seeds;
  for (const RowSample* row : {&of, &against}) {
    for (const auto& [seed, values] : row->values) seeds.insert(seed);
    seeds.insert(row->unfinished_seeds.begin(), row->unfinished_seeds.end());
  }
  return seeds.size();
}

/// How the rows of one column are compared.
struct Method {
  Statistic statistic = Statistic::mean;
  EffectKind kind = EffectKind::difference;
  bool logarithmic = false;
};

Method method_for(Rows rows, Statistic statistic) {
  const bool positive = all_positive(column_values(rows));
  if (has_reference(rows)) return {statistic, EffectKind::reduction_percent, positive};
  return {statistic, positive ? EffectKind::ratio : EffectKind::difference, positive};
}

std::optional<Contrast> contrast_of(const RowSample& of, const RowSample& against, const Method& method) {
  const Pairs pairs = pairs_of(of, against);
  Contrast contrast;
  contrast.pairs = pairs.of.size();
  contrast.left_out = all_seeds(of, against) - contrast.pairs;
  contrast.effect.kind = method.kind;
  if (pairs.of.empty()) return contrast;
  contrast.effect = effect_of(pairs.of, pairs.against, method.kind, method.statistic);
  if (contrast.pairs < fewest_seeds) return contrast;
  const SignedRankTest test = signed_rank_test(pairs.differences(method.logarithmic));
  contrast.p = test.p;
  contrast.rank_biserial = test.rank_biserial;
  return contrast;
}

/// All reference rows as one.
RowSample reference_of(Rows rows) {
  RowSample reference;
  for (const RowSample& row : rows) {
    if (!row.is_reference) continue;
    for (const auto& [seed, values] : row.values) {
      std::vector<double>& all = reference.values[seed];
      all.insert(all.end(), values.begin(), values.end());
    }
    reference.unfinished_seeds.insert(row.unfinished_seeds.begin(), row.unfinished_seeds.end());
    if (row.core_hours_per_seed) {
      reference.core_hours_per_seed = reference.core_hours_per_seed.value_or(0) + *row.core_hours_per_seed;
    }
  }
  return reference;
}

std::optional<std::size_t> best_row(const std::vector<Standing>& rows, Best best) {
  std::optional<std::size_t> found;
  double lowest = infinity;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!rows[i].level) continue;
    const double value = rows[i].level->estimate * (best == Best::highest ? -1 : 1);
    if (value < lowest) found = i;
    lowest = std::min(lowest, value);
  }
  return found;
}

std::size_t rows_with_values(Rows rows) {
  return static_cast<std::size_t>(
      std::ranges::count_if(rows, [](const RowSample& row) { return !row.values.empty(); }));
}

void contrast_with_best(ColumnStandings& column, Rows rows, Best best) {
  const auto winner = best == Best::none ? std::nullopt : best_row(column.rows, best);
  if (!winner || rows_with_values(rows) < 2) return;
  column.rows[*winner].is_best = true;
  const Method method = method_for(rows, column.statistic);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == *winner || rows[i].values.empty()) continue;
    column.rows[i].contrast = contrast_of(rows[i], rows[*winner], method);
  }
}

void contrast_with_reference(ColumnStandings& column, Rows rows) {
  const RowSample reference = reference_of(rows);
  if (reference.values.empty()) return;
  const Method method = method_for(rows, column.statistic);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].is_reference || rows[i].values.empty()) continue;
    column.rows[i].contrast = contrast_of(rows[i], reference, method);
  }
}

/// The row that the others of its column are compared with.
RowSample baseline_of(const ColumnStandings& column, Rows rows) {
  const auto winner = std::ranges::find_if(column.rows, &Standing::is_best);
  if (winner != column.rows.end()) return rows[static_cast<std::size_t>(winner - column.rows.begin())];
  return reference_of(rows);
}

void add_more_seeds(Contrast& contrast, const RowSample& of, const RowSample& against, double significance,
                    bool logarithmic) {
  const std::vector<double> differences = pairs_of(of, against).differences(logarithmic);
  const auto is_finite = [](double value) { return std::isfinite(value); };
  if (!std::ranges::all_of(differences, is_finite)) return;
  const auto wanted = pairs_to_decide(differences, significance);
  if (!wanted || *wanted <= contrast.pairs) return;
  contrast.more_seeds = *wanted - contrast.pairs;
  if (!of.core_hours_per_seed || !against.core_hours_per_seed) return;
  contrast.core_hours =
      static_cast<double>(*contrast.more_seeds) * (*of.core_hours_per_seed + *against.core_hours_per_seed);
}

std::vector<Contrast*> contrasts_of(std::span<ColumnStandings> columns) {
  std::vector<Contrast*> contrasts;
  for (ColumnStandings& column : columns) {
    for (Standing& row : column.rows) {
      if (row.contrast && row.contrast->p) contrasts.push_back(&*row.contrast);
    }
  }
  return contrasts;
}

void adjust(const std::vector<Contrast*>& contrasts) {
  std::vector<double> p_values;
  for (const Contrast* contrast : contrasts) p_values.push_back(*contrast->p);
  const std::vector<double> adjusted = holm_adjusted(p_values);
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    contrasts[i]->p_adjusted = adjusted[i];
    contrasts[i]->separated = adjusted[i] < significance_level;
  }
}

// Ranks may favor another row than the statistic does; then the best row has not beaten it.
bool is_beaten(const Standing& row, Best best) {
  if (row.is_best || !row.level) return true;
  return row.contrast->separated && (row.contrast->rank_biserial > 0) == (best == Best::lowest);
}

void mark_best(ColumnStandings& column) {
  const auto winner = std::ranges::find_if(column.rows, &Standing::is_best);
  if (winner == column.rows.end()) return;
  winner->is_marked = std::ranges::all_of(
      column.rows, [&column](const Standing& row) { return is_beaten(row, column.best); });
}

}  // namespace

ColumnStandings compare_rows(Rows rows, Best best) {
  ColumnStandings column{statistic_for(rows), best, std::vector<Standing>(rows.size())};
  // Where no trial has a value the metric does not exist here, rather than all trials being lost.
  if (std::ranges::none_of(column_values(rows), [](double value) { return std::isfinite(value); })) {
    return column;
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].values.empty()) continue;
    column.rows[i].level = level_of(rows[i].values, column.statistic);
    column.rows[i].median = statistic_of(all_values(rows[i].values), Statistic::median);
  }
  if (has_reference(rows)) {
    contrast_with_reference(column, rows);
  } else {
    contrast_with_best(column, rows, best);
  }
  return column;
}

void decide(std::span<ColumnStandings> columns, std::span<const std::vector<RowSample>> samples) {
  const std::vector<Contrast*> contrasts = contrasts_of(columns);
  if (contrasts.empty()) return;
  adjust(contrasts);
  const double strictest = significance_level / static_cast<double>(contrasts.size());
  for (std::size_t i = 0; i < columns.size(); ++i) {
    mark_best(columns[i]);
    const RowSample baseline = baseline_of(columns[i], samples[i]);
    const bool logarithmic = all_positive(column_values(samples[i]));
    for (std::size_t row = 0; row < columns[i].rows.size(); ++row) {
      auto& contrast = columns[i].rows[row].contrast;
      if (!contrast || contrast->separated) continue;
      add_more_seeds(*contrast, samples[i][row], baseline, strictest, logarithmic);
    }
  }
}

}  // namespace lnn::analysis
