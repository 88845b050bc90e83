#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "training/data.h"

namespace lnn::discrete {

/// Triples (q_{k-1}, q_k, q_{k+1}) as the pairs of points that the discrete Euler-Lagrange equations look at.
/// Neighboring triples of a trajectory share a pair, so that a whole one has half as many pairs as it seems.
struct Triples {
  at::Tensor pairs;                  ///< [P, 2n]: [q_k, q_{k+1}], each once
  std::vector<std::int64_t> first;   ///< of each triple: the row of (q_{k-1}, q_k) in `pairs`
  std::vector<std::int64_t> second;  ///< of (q_k, q_{k+1})

  std::int64_t size() const { return static_cast<std::int64_t>(first.size()); }
};

/// The triples of a set: x = [q_{k-1}, q_k] and a = q_{k+1} [N, n], float64.
Triples make_triples(const training::StateSet& set);

/// The chosen ones of `all`, with the pairs that they need.
Triples select(const Triples& all, const std::int64_t* chosen, std::int64_t count);

}  // namespace lnn::discrete
