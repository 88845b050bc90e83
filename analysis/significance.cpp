#include "analysis/significance.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>
#include <numbers>
#include <numeric>

#include "analysis/statistics.h"
#include "base/error.h"

namespace lnn::analysis {
namespace {

constexpr std::size_t most_exact_pairs = 50;

/// Twice the ranks of the sizes, so that the mean ranks of ties are whole numbers.
std::vector<std::size_t> doubled_ranks(const std::vector<double>& differences) {
  std::vector<std::size_t> order(differences.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto size = [&differences](std::size_t i) { return std::abs(differences[i]); };
  std::ranges::sort(order, {}, size);
  std::vector<std::size_t> ranks(differences.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && size(order[last + 1]) == size(order[first])) ++last;
    // Ranks first + 1 to last + 1 have the mean (first + last + 2) / 2.
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = first + last + 2;
    first = last + 1;
  }
  return ranks;
}

/// Share of all assignments of signs whose positive (doubled) ranks sum to at most `sum`.
double share_up_to(const std::vector<std::size_t>& ranks, std::size_t sum) {
  const std::size_t total = std::accumulate(ranks.begin(), ranks.end(), std::size_t{0});
  std::vector<double> shares(total + 1, 0.0);
  shares[0] = 1;
  for (const std::size_t rank : ranks) {
    for (std::size_t i = total + 1; i-- > 0;) {
      shares[i] = (shares[i] + (i >= rank ? shares[i - rank] : 0)) / 2;
    }
  }
  return std::accumulate(shares.begin(), shares.begin() + static_cast<std::ptrdiff_t>(sum) + 1, 0.0);
}

/// Normal approximation of the same, with the variance of these ranks: a quarter of the sum of their squares.
double normal_share_up_to(const std::vector<std::size_t>& ranks, std::size_t sum) {
  double total = 0;
  double squares = 0;
  for (const std::size_t rank : ranks) {
    const double value = static_cast<double>(rank) / 2;
    total += value;
    squares += value * value;
  }
  const double score = (static_cast<double>(sum) / 2 - total / 2) / std::sqrt(squares / 4);
  return cdf(boost::math::normal(), score);
}

double z(double probability) {
  return quantile(boost::math::normal(), probability);
}

}  // namespace

SignedRankTest signed_rank_test(std::span<const double> differences) {
  std::vector<double> nonzero;
  std::ranges::copy_if(differences, std::back_inserter(nonzero), [](double value) { return value != 0; });
  if (nonzero.empty()) return {};
  const std::vector<std::size_t> ranks = doubled_ranks(nonzero);
  std::size_t positive = 0;
  std::size_t negative = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i) (nonzero[i] > 0 ? positive : negative) += ranks[i];
  const std::size_t smaller = std::min(positive, negative);
  const double tail =
      ranks.size() <= most_exact_pairs ? share_up_to(ranks, smaller) : normal_share_up_to(ranks, smaller);
  return {.pairs = ranks.size(),
          .p = std::min(1.0, 2 * tail),
          .rank_biserial = (static_cast<double>(positive) - static_cast<double>(negative)) /
                           static_cast<double>(positive + negative)};
}

std::vector<double> holm_adjusted(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&p_values](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto remaining = static_cast<double>(order.size() - i);
    highest = std::max(highest, std::min(1.0, remaining * p_values[order[i]]));
    adjusted[order[i]] = highest;
  }
  return adjusted;
}

Interval proportion_interval(std::size_t successes, std::size_t trials, double confidence) {
  invariant(successes <= trials, "no more successes than trials");
  if (trials == 0) return {0, 1};
  using Binomial = boost::math::binomial_distribution<double>;
  const double tail = (1 - confidence) / 2;
  const auto n = static_cast<double>(trials);
  const auto k = static_cast<double>(successes);
  return {successes == 0 ? 0 : Binomial::find_lower_bound_on_p(n, k, tail),
          successes == trials ? 1 : Binomial::find_upper_bound_on_p(n, k, tail)};
}

std::optional<std::size_t> pairs_to_decide(std::span<const double> differences, double significance) {
  const Summary summary = summarize(differences);
  if (summary.count < 2 || summary.mean == 0) return std::nullopt;
  constexpr double power = 0.8;
  const double z_significance = z(1 - significance / 2);
  const double spread = summary.deviation / summary.mean;
  const double wanted = std::pow((z_significance + z(power)) * spread, 2) * std::numbers::pi / 3 +
                        z_significance * z_significance / 2;
  const double fewest = std::log2(2 / significance);
  constexpr double most = 1e9;
  return static_cast<std::size_t>(std::ceil(std::min(most, std::max(wanted, fewest))));
}

}  // namespace lnn::analysis
