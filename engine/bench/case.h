#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "network/options.h"

namespace lnn::bench {

/// Whether the eigenvalue penalty finds anything to penalize. `active`: the quadratic velocity term is
/// negative, so M is near -2 times the identity and every sample violates in all n directions, the most that
/// a penalty can cost. `inactive`: it is positive and (nearly) no sample violates.
enum class PenaltyState { inactive, active };

/// One training situation to be timed.
struct Case {
  int n = 2;  ///< coordinates
  int width = 128;
  int hidden_layers = 3;
  int batch = 128;
  network::Activation activation = network::Activation::gelu;
  PenaltyState penalty = PenaltyState::inactive;

  bool operator==(const Case&) const = default;
};

/// The cases of a run without options: the paper's width 500 with 2 and 4 coordinates, smaller networks, an
/// active penalty and the other activations.
std::vector<Case> default_cases();

/// One small network, with and without penalty: enough to see that everything works.
std::vector<Case> quick_cases();

/// "n 2, width 128, 3 hidden layers, batch 128, gelu, penalty inactive".
std::string describe(const Case& c);

network::NetworkOptions network_options(const Case& c);

}  // namespace lnn::bench

namespace lnn {

template <>
struct EnumNames<bench::PenaltyState> {
  using E = bench::PenaltyState;
  static constexpr const char* what = "penalty";
  static constexpr std::array table{std::pair{E::inactive, "inactive"}, std::pair{E::active, "active"}};
};

}  // namespace lnn
