#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "discrete/options.h"
#include "discrete/triples.h"
#include "network/network.h"

/// A small discrete Lagrangian, a few triples, and its loss by LibTorch's autograd.
namespace lnn::discrete::testing {

inline constexpr int n = 2;

inline network::NetworkOptions architecture(int generators) {
  network::NetworkOptions options;
  options.coordinates = n;
  options.branches = {network::Activation::softplus};
  options.hidden_layers = 2;
  options.width = 16;
  options.quadratic_term = 0;
  options.initialization = network::Initialization::custom;
  options.generators = generators;
  return options;
}

/// Five points make three triples in a row; the last triple stands alone.
inline training::StateSet some_triples() {
  const at::Tensor q =
      at::tensor({0.1, 0.2, 0.3, 0.1, 0.4, -0.2, 0.2, -0.4, -0.1, -0.5}, at::kDouble).view({5, 2});
  const at::Tensor alone = at::tensor({-0.7, 0.3, 0.5, 0.5, 0.9, 0.1}, at::kDouble).view({1, 6});
  const at::Tensor chain = at::cat({q.narrow(0, 0, 3), q.narrow(0, 1, 3), q.narrow(0, 2, 3)}, 1);
  const at::Tensor all = at::cat({chain, alone});
  return {all.narrow(1, 0, 4), all.narrow(1, 4, 2)};
}

/// The loss as the paper writes it, by LibTorch's nested autograd.
class Oracle {
 public:
  Oracle(LossOptions loss, SymmetryOptions symmetry, const network::Network& network)
      : loss_(loss), symmetry_(symmetry), network_(network) {}

  at::Tensor operator()(const training::StateSet& set, const at::Tensor& test_points) const {
    const at::Tensor before = slope(set.x);
    const at::Tensor pair = at::cat({set.x.narrow(1, n, n), set.a}, 1).detach().requires_grad_(true);
    const at::Tensor after = slope_at(pair);
    const at::Tensor squares = (before.narrow(1, n, n) + after.narrow(1, 0, n)).square();
    at::Tensor total = loss_.components == Reduction::sum ? squares.sum(1).mean() : squares.mean();
    total = total + loss_.degeneracy_weight * degeneracy(pair, after);
    if (loss_.base_point_weight != 0) {
      const at::Tensor p = -slope(at::zeros({1, 2 * n}, at::kDouble)).narrow(1, 0, n);
      total = total + loss_.base_point_weight * (p - loss_.base_point_momentum).square().sum();
    }
    return total +
           symmetry(symmetry_.test_points == TestPoints::training_pairs ? unique_pairs(set) : test_points);
  }

 private:
  at::Tensor slope_at(const at::Tensor& x) const {
    const at::Tensor value = network_.lagrangian(x);
    return torch::autograd::grad({value}, {x}, {at::ones_like(value)}, true, true)[0];
  }
  at::Tensor slope(const at::Tensor& x) const { return slope_at(x.detach().requires_grad_(true)); }

  at::Tensor degeneracy(const at::Tensor& pair, const at::Tensor& slope) const {
    std::vector<at::Tensor> rows;
    for (int i = 0; i < n; ++i)
      rows.push_back(
          torch::autograd::grad({slope.select(1, i).sum()}, {pair}, {}, true, true)[0].narrow(1, n, n));
    const at::Tensor mixed = at::stack(rows, 1);
    const at::Tensor d = mixed.select(1, 0).select(1, 0) * mixed.select(1, 1).select(1, 1) -
                         mixed.select(1, 0).select(1, 1) * mixed.select(1, 1).select(1, 0);
    const at::Tensor x = 0.01 * d.pow(loss_.degeneracy_exponent);
    return (1 - 1 / (1 + at::exp(-x))).mean();
  }

  static at::Tensor unique_pairs(const training::StateSet& set) { return make_triples(set).pairs; }

  at::Tensor symmetry(const at::Tensor& points) const {
    at::Tensor sum = at::zeros({}, at::kDouble);
    const auto& leaves = network_.leaves();
    const std::size_t first = leaves.size() - 2 * static_cast<std::size_t>(symmetry_.generators);
    std::vector<at::Tensor> vectors;
    for (int k = 0; k < symmetry_.generators; ++k) {
      const at::Tensor w = leaves[first + 2 * static_cast<std::size_t>(k)];
      const at::Tensor M = leaves[first + 2 * static_cast<std::size_t>(k) + 1];
      const at::Tensor d = slope(points);
      const at::Tensor q0 = points.narrow(1, 0, n);
      const at::Tensor q1 = points.narrow(1, n, n);
      const at::Tensor s = ((at::matmul(q0, M.t()) + w) * d.narrow(1, 0, n)).sum(1) +
                           ((at::matmul(q1, M.t()) + w) * d.narrow(1, n, n)).sum(1);
      sum = sum + (symmetry_.points == Reduction::sum ? s.square().sum() : s.square().mean());
      const at::Tensor v = at::cat({w, M.reshape({-1})});
      const at::Tensor square = v.square().sum();
      sum = sum + (symmetry_.normalization == Normalization::squared ? (square - 1).square()
                                                                     : (square.sqrt() - 1).abs());
      for (const at::Tensor& other : vectors)
        sum = sum + symmetry_.orthogonality_weight * (v * other).sum().square();
      vectors.push_back(v);
    }
    return symmetry_.weight * sum;
  }

  LossOptions loss_;
  SymmetryOptions symmetry_;
  const network::Network& network_;
};

}  // namespace lnn::discrete::testing
