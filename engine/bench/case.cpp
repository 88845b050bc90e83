#include "bench/case.h"

#include <fmt/format.h>

namespace lnn::bench {

using network::Activation;

std::vector<Case> default_cases() {
  return {
      {.n = 2, .width = 64},
      {.n = 2, .width = 128},
      {.n = 2, .width = 128, .penalty = PenaltyState::active},
      {.n = 2, .width = 128, .activation = Activation::xtanh},
      {.n = 2, .width = 128, .activation = Activation::softplus},
      {.n = 2, .width = 500},
      {.n = 4, .width = 500},
  };
}

std::vector<Case> quick_cases() {
  const Case small{.n = 2, .width = 32, .hidden_layers = 2, .batch = 32};
  Case penalized = small;
  penalized.penalty = PenaltyState::active;
  return {small, penalized};
}

std::string describe(const Case& c) {
  return fmt::format("n {}, width {}, {} hidden layer{}, batch {}, {}, penalty {}", c.n, c.width,
                     c.hidden_layers, c.hidden_layers == 1 ? "" : "s", c.batch, to_name(c.activation),
                     to_name(c.penalty));
}

network::NetworkOptions network_options(const Case& c) {
  network::NetworkOptions options;
  options.coordinates = c.n;
  options.branches = {c.activation};
  options.hidden_layers = c.hidden_layers;
  options.width = c.width;
  options.quadratic_term = c.penalty == PenaltyState::active ? -1.0 : 1.0;
  return options;
}

}  // namespace lnn::bench
