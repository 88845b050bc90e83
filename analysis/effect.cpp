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

/// A sample's statistic over drawn seeds, many times: what does not depend on the draw is computed once.
class DrawnStatistic {
 public:
  DrawnStatistic(const Sample& sample, Statistic statistic) : statistic_(statistic) {
    for (const auto& [seed, own] : sample) {
      for (const double value : own) sorted_.emplace_back(value, sizes_.size());
      const Values terms = statistic == Statistic::geometric_mean ? logarithms(own) : own;
      sums_.push_back(std::accumulate(terms.begin(), terms.end(), 0.0));
      sizes_.push_back(own.size());
    }
    std::ranges::sort(sorted_);
    drawn_.resize(sizes_.size());
  }

  std::size_t seeds() const { return sizes_.size(); }

  double operator()(const std::vector<std::size_t>& seeds) const {
    std::size_t count = 0;
    for (const std::size_t seed : seeds) count += sizes_[seed];
    if (statistic_ == Statistic::median) return median(seeds, count);
    double sum = 0;
    for (const std::size_t seed : seeds) sum += sums_[seed];
    const double mean = sum / static_cast<double>(count);
    return statistic_ == Statistic::geometric_mean ? std::exp(mean) : mean;
  }

 private:
  /// Walks through the sorted values, each as often as its seed was drawn, up to the middle.
  double median(const std::vector<std::size_t>& seeds, std::size_t count) const {
    std::ranges::fill(drawn_, 0);
    for (const std::size_t seed : seeds) ++drawn_[seed];
    std::size_t passed = 0;
    auto value = sorted_.begin();
    while (passed + drawn_[value->second] <= (count - 1) / 2) passed += drawn_[value++->second];
    const double lower = value->first;
    while (passed + drawn_[value->second] <= count / 2) passed += drawn_[value++->second];
    return (lower + value->first) / 2;
  }

  Statistic statistic_;
  std::vector<std::pair<double, std::size_t>> sorted_;  ///< values with the position of their seed
  std::vector<std::size_t> sizes_;                      ///< values of each seed
  Values sums_;                             ///< of each seed, of logarithms for the geometric mean
  mutable std::vector<std::size_t> drawn_;  ///< saves an allocation per draw
};

/// Tables of many rows and seeds must not take minutes: 10,000 resamples up to 100 values, fewer beyond,
/// where intervals are narrow anyway.
BootstrapOptions options_for(std::size_t values, double confidence) {
  constexpr std::size_t most = 10'000;
  constexpr std::size_t fewest = 2'000;
  constexpr std::size_t draws = 1'000'000;
  return {.resamples = std::clamp(draws / values, fewest, most), .confidence = confidence, .seed = 1};
}

std::size_t count_values(const Sample& sample) {
  std::size_t count = 0;
  for (const auto& [seed, own] : sample) count += own.size();
  return count;
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
  const DrawnStatistic drawn(of, statistic);
  const std::array sizes{drawn.seeds()};
  effect.interval = bca_interval(
      sizes, [&drawn](const Draw& draw) { return drawn(draw.front()); }, options_for(count_values(of), 0.95));
  return effect;
}

Effect effect_of(const Sample& of, const Sample& against, EffectKind kind, Statistic statistic,
                 double confidence) {
  const double estimate =
      compare(statistic_of(all_values(of), statistic), statistic_of(all_values(against), statistic), kind);
  Effect effect{kind, estimate, {}, same_seeds(of, against), confidence};
  if (std::min(of.size(), against.size()) < fewest_seeds) return effect;
  const DrawnStatistic left(of, statistic);
  const DrawnStatistic right(against, statistic);
  std::vector<std::size_t> sizes{left.seeds()};
  if (!effect.paired) sizes.push_back(right.seeds());
  const auto statistic_of_draw = [&](const Draw& draw) {
    return compare(left(draw.front()), right(draw.back()), kind);
  };
  effect.interval = bca_interval(sizes, statistic_of_draw,
                                 options_for(std::max(count_values(of), count_values(against)), confidence));
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
