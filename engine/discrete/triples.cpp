#include "discrete/triples.h"

#include <ATen/ATen.h>

#include <map>

#include "base/error.h"

namespace lnn::discrete {
namespace {

// Numbers rows in the order of their first appearance.
class Rows {
 public:
  std::int64_t number_of(const std::vector<double>& row) {
    const auto [found, is_new] = numbers_.emplace(row, static_cast<std::int64_t>(rows_.size()));
    if (is_new) rows_.push_back(row);
    return found->second;
  }

  at::Tensor tensor() const {
    const auto columns = static_cast<std::int64_t>(rows_.front().size());
    const at::Tensor result = at::empty({static_cast<std::int64_t>(rows_.size()), columns}, at::kDouble);
    double* to = result.data_ptr<double>();
    for (const auto& row : rows_) to = std::copy(row.begin(), row.end(), to);
    return result;
  }

 private:
  std::map<std::vector<double>, std::int64_t> numbers_;
  std::vector<std::vector<double>> rows_;
};

}  // namespace

Triples make_triples(const training::StateSet& set) {
  invariant(set.size() >= 1 && set.x.scalar_type() == at::kDouble, "at least one triple, in float64");
  const at::Tensor x = set.x.contiguous();
  const at::Tensor next = set.a.contiguous();
  const std::int64_t n = next.size(1);
  Rows rows;
  Triples triples;
  for (std::int64_t t = 0; t < set.size(); ++t) {
    const double* pair = x.data_ptr<double>() + t * 2 * n;
    const double* end = next.data_ptr<double>() + t * n;
    std::vector<double> second(pair + n, pair + 2 * n);
    second.insert(second.end(), end, end + n);
    triples.first.push_back(rows.number_of({pair, pair + 2 * n}));
    triples.second.push_back(rows.number_of(second));
  }
  triples.pairs = rows.tensor();
  return triples;
}

Triples select(const Triples& all, const std::int64_t* chosen, std::int64_t count) {
  std::map<std::int64_t, std::int64_t> numbers;
  std::vector<std::int64_t> used;
  const auto number_of = [&](std::int64_t pair) {
    const auto [found, is_new] = numbers.emplace(pair, static_cast<std::int64_t>(used.size()));
    if (is_new) used.push_back(pair);
    return found->second;
  };
  Triples triples;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto t = static_cast<std::size_t>(chosen[i]);
    triples.first.push_back(number_of(all.first[t]));
    triples.second.push_back(number_of(all.second[t]));
  }
  triples.pairs = all.pairs.index_select(0, at::tensor(used, at::kLong));
  return triples;
}

}  // namespace lnn::discrete
