#include "analysis/effect.h"

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>
#include <ranges>

#include "analysis/statistics.h"
#include "base/error.h"

namespace lnn::analysis {
namespace {

using Values = std::vector<double>;
using ValuesBySeed = std::vector<Values>;

ValuesBySeed by_seed(const Sample& sample) {
  ValuesBySeed values;
  for (const auto& [seed, own] : sample) values.push_back(own);
  return values;
}

double drawn_statistic(const ValuesBySeed& sample, const std::vector<std::size_t>& seeds,
                       Statistic statistic) {
  Values values;
  for (const std::size_t seed : seeds) values.insert(values.end(), sample[seed].begin(), sample[seed].end());
  return statistic_of(values, statistic);
}

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

Values logarithms(std::span<const double> values) {
  Values logarithms;
  for (const double value : values) logarithms.push_back(std::log(value));
  return logarithms;
}

double median_of(Values values) {
  std::ranges::sort(values);
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double compare(double of, double against, EffectKind kind) {
  const double ratio = of == against ? 1 : of / against;
  switch (kind) {
    case EffectKind::difference:
      return of == against ? 0 : of - against;
    case EffectKind::ratio:
      return ratio;
    case EffectKind::reduction_percent:
      return 100 * (1 - ratio);
    default:
      invariant(false, "two groups have a difference, a ratio or a reduction");
      return 0;
  }
}

bool same_seeds(const Sample& left, const Sample& right) {
  return std::ranges::equal(std::views::keys(left), std::views::keys(right));
}

Values logarithms_if(bool wanted, const Values& values) {
  return wanted ? logarithms(values) : values;
}

/// Half the width of the prediction interval for the mean of `future` further values.
double prediction_half_width(const Values& values, std::size_t future) {
  const Summary summary = summarize(values);
  const boost::math::students_t distribution(static_cast<double>(summary.count) - 1);
  constexpr double upper_tail = 0.975;
  return quantile(distribution, upper_tail) * summary.deviation *
         std::sqrt(1 / static_cast<double>(summary.count) + 1 / static_cast<double>(future));
}

Interval predicted(const Sample& of, double mean, std::size_t future, bool geometric) {
  Values seed_means;
  for (const auto& [seed, values] : of) seed_means.push_back(mean_of(logarithms_if(geometric, values)));
  const double half_width = prediction_half_width(seed_means, future);
  if (geometric) return {mean * std::exp(-half_width), mean * std::exp(half_width)};
  return {mean - half_width, mean + half_width};
}

}  // namespace

double statistic_of(std::span<const double> values, Statistic statistic) {
  switch (statistic) {
    case Statistic::mean:
      return mean_of(values);
    case Statistic::geometric_mean:
      return std::exp(mean_of(logarithms(values)));
    case Statistic::median:
      return median_of(Values(values.begin(), values.end()));
  }
  invariant(false, "every statistic is computed");
  return 0;
}

std::vector<double> all_values(const Sample& sample) {
  Values values;
  for (const auto& [seed, own] : sample) values.insert(values.end(), own.begin(), own.end());
  return values;
}

Effect level_of(const Sample& of, Statistic statistic) {
  Effect effect{EffectKind::level, statistic_of(all_values(of), statistic), {}, false};
  if (of.size() < fewest_seeds) return effect;
  const ValuesBySeed values = by_seed(of);
  const std::array sizes{values.size()};
  effect.interval =
      bca_interval(sizes, [&](const Draw& draw) { return drawn_statistic(values, draw.front(), statistic); });
  return effect;
}

Effect effect_of(const Sample& of, const Sample& against, EffectKind kind, Statistic statistic) {
  const double estimate =
      compare(statistic_of(all_values(of), statistic), statistic_of(all_values(against), statistic), kind);
  Effect effect{kind, estimate, {}, same_seeds(of, against)};
  if (std::min(of.size(), against.size()) < fewest_seeds) return effect;
  const ValuesBySeed left = by_seed(of);
  const ValuesBySeed right = by_seed(against);
  std::vector<std::size_t> sizes{left.size()};
  if (!effect.paired) sizes.push_back(right.size());
  effect.interval = bca_interval(sizes, [&](const Draw& draw) {
    return compare(drawn_statistic(left, draw.front(), statistic),
                   drawn_statistic(right, draw.back(), statistic), kind);
  });
  return effect;
}

Effect ratio_to_published(const Sample& of, std::span<const double> published, Statistic statistic,
                          double tolerance) {
  const double mean = statistic_of(all_values(of), statistic);
  const double reference = statistic_of(published, statistic);
  Effect effect{EffectKind::ratio_to_published, mean / reference, {}, false};
  if (of.size() < fewest_seeds) return effect;
  const Interval interval = predicted(of, mean, published.size(), statistic == Statistic::geometric_mean);
  effect.interval = {std::min(interval.low, mean * (1 - tolerance)) / reference,
                     std::max(interval.high, mean * (1 + tolerance)) / reference};
  return effect;
}

}  // namespace lnn::analysis
