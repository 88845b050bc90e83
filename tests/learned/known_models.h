#pragma once

#include <ATen/ATen.h>

#include <vector>

#include "learned/model.h"
#include "network/network.h"

/// Networks whose Lagrangian is known in closed form.
namespace lnn::learned {

/// One neuron of a single hidden layer of squares: weight (row . [q, v] + bias)^2, in physical units.
struct Square {
  double weight = 0;
  std::vector<double> row;
  double bias = 0;
};

/// L = sum of the squares + a sum_i (v_i / scale_i)^2, with -a for coordinate 0 if lorentzian.
inline Model sum_of_squares(const std::vector<Square>& squares, const std::vector<double>& scales,
                            double quadratic_term = 0,
                            network::Signature signature = network::Signature::euclidean) {
  network::NetworkOptions options;
  options.coordinates = static_cast<int>(scales.size());
  options.branches = {network::Activation::quadratic};
  options.hidden_layers = 1;
  options.width = static_cast<int>(squares.size());
  options.quadratic_term = quadratic_term;
  options.signature = signature;
  const network::Network network(options, at::kDouble);
  const at::NoGradGuard no_gradients;
  for (std::size_t k = 0; k < squares.size(); ++k) {
    const auto neuron = static_cast<std::int64_t>(k);
    for (std::size_t i = 0; i < squares[k].row.size(); ++i)  // the network sees [q, v] / scale
      network.leaves()[0][neuron][static_cast<std::int64_t>(i)].fill_(squares[k].row[i] *
                                                                      scales[i % scales.size()]);
    network.leaves()[1][neuron].fill_(squares[k].bias);
    network.leaves()[2][0][neuron].fill_(squares[k].weight);
  }
  return {network, scales};
}

}  // namespace lnn::learned
