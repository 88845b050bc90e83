#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

#include "physics/sampling.h"
#include "training/options.h"

namespace lnn::training {

/// A data set as the network sees it: scaled, in the network's precision.
struct StateSet {
  at::Tensor x;  ///< [N, 2n]: [q/alpha, v/alpha]
  at::Tensor a;  ///< [N, n]: accelerations / alpha

  std::int64_t size() const { return x.size(0); }
};

at::ScalarType tensor_type(Precision precision);

/// Divides by `scales` (one per coordinate, all 1 without physical scaling; paper A, section III.3).
StateSet make_state_set(const physics::Dataset& data, const std::vector<double>& scales, Precision precision);

/// Throws UserError at the first NaN or infinity, naming data set, row (zero-based) and column: of coordinate
/// "x" the position is "x", the velocity "x'" and the acceleration "x''". `name` reads "training set of phase
/// 1".
void require_finite(const StateSet& set, const std::string& name,
                    const std::vector<std::string>& coordinates);

/// The order in which epoch `epoch` of phase `phase` visits N samples: a permutation that depends on nothing
/// else, so that training can be resumed at any epoch.
std::vector<std::int64_t> shuffled_order(std::int64_t samples, std::uint64_t seed, int phase, int epoch);

}  // namespace lnn::training
