#include "discrete/loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.h"
#include "discrete/stepper.h"
#include "discrete/symmetry_terms.h"
#include "network/initialization.h"

namespace lnn::discrete {
namespace {

constexpr int n = 2;

network::NetworkOptions architecture(int generators) {
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

// Five points make three triples in a row; the last triple stands alone.
training::StateSet some_triples() {
  const at::Tensor q =
      at::tensor({0.1, 0.2, 0.3, 0.1, 0.4, -0.2, 0.2, -0.4, -0.1, -0.5}, at::kDouble).view({5, 2});
  const at::Tensor alone = at::tensor({-0.7, 0.3, 0.5, 0.5, 0.9, 0.1}, at::kDouble).view({1, 6});
  const at::Tensor chain = at::cat({q.narrow(0, 0, 3), q.narrow(0, 1, 3), q.narrow(0, 2, 3)}, 1);
  const at::Tensor all = at::cat({chain, alone});
  return {all.narrow(1, 0, 4), all.narrow(1, 4, 2)};
}

// The loss as the paper writes it, by LibTorch's nested autograd.
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

struct Case {
  LossOptions loss;
  SymmetryOptions symmetry;
};

class DiscreteLoss : public ::testing::TestWithParam<Case> {};

TEST_P(DiscreteLoss, AndItsGradientAreAutograds) {
  auto [loss_options, symmetry] = GetParam();
  const network::Network network(architecture(symmetry.generators), at::kDouble);
  network::initialize(network);
  Generators guess = first_guess(symmetry, n);
  for (double& x : guess) x *= 1.1;  // away from the kink of | |v| - 1 |
  set_generators(network, guess);
  const training::StateSet set = some_triples();
  const at::Tensor test_points = fixed_test_points(symmetry, n);

  const at::Tensor expected = Oracle(loss_options, symmetry, network)(set, test_points);
  const auto parts = torch::autograd::grad({expected}, network.leaves(), {}, false, false, true);

  const auto engine =
      jets::make_engine({.backend = "native", .precision = "float64", .device = "cpu"}, network);
  const LossPoints points = make_points(loss_options, symmetry, make_triples(set), test_points);
  const Generators generators = generators_of(network);
  const Loss loss(loss_options, symmetry);
  const jets::Jet jet = engine->forward(points.x, points.tangents, jets::Keep::for_backward);
  EXPECT_NEAR(loss.value(points, jet, generators, true).total, expected.item<double>(), 1e-12);
  const LossGradient weights = loss.gradient(points, jet, generators, true);
  const at::Tensor gradient = engine->backward(weights.functional);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const network::ParameterInfo& info = network.layout()[i];
    if (info.role == network::Role::generator) continue;
    const at::Tensor own = gradient.narrow(0, info.offset, info.size).view(info.shape);
    EXPECT_LT((own - parts[i]).abs().max().item<double>(), 1e-11) << info.name;
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (network.layout()[i].role != network::Role::generator) continue;
    const at::Tensor part = parts[i].reshape({-1}).contiguous();
    for (std::int64_t j = 0; j < part.numel(); ++j)
      EXPECT_NEAR(weights.generators[next++], part[j].item<double>(), 1e-11) << network.layout()[i].name;
  }
  EXPECT_EQ(next, generators.size());
}

SymmetryOptions published_points(int generators) {
  return {.generators = generators,
          .weight = 2,
          .test_points = TestPoints::published,
          .points = Reduction::sum,
          .published_points = {-1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0},
          .guess = Guess::given,
          .w = {1.5, 0.5},
          .M = {-0.1, 0.1, -0.1, 0.1}};
}

SymmetryOptions three_generators() {
  return {.generators = 3,
          .weight = 0.7,
          .test_points = TestPoints::training_pairs,
          .points = Reduction::mean,
          .normalization = Normalization::squared,
          .orthogonality_weight = 1.3,
          .guess = Guess::random,
          .guess_seed = 4};
}

SymmetryOptions in_a_box() {
  return {.generators = 1,
          .test_points = TestPoints::box,
          .points = Reduction::mean,
          .box_points = 7,
          .box = {{-1, 1}, {-0.5, 2}},
          .guess = Guess::random};
}

INSTANTIATE_TEST_SUITE_P(
    Terms, DiscreteLoss,
    ::testing::Values(Case{{}, {}}, Case{{.components = Reduction::mean, .degeneracy_exponent = 2}, {}},
                      Case{{.degeneracy_weight = 0}, {}},
                      Case{{.base_point_weight = 0.3}, published_points(1)},
                      Case{{.components = Reduction::mean}, published_points(2)},
                      Case{{}, three_generators()},
                      Case{{.base_point_weight = 0.1, .base_point_momentum = -2}, in_a_box()}));

TEST(Triples, ShareThePairsOfATrajectory) {
  const Triples triples = make_triples(some_triples());
  EXPECT_EQ(triples.size(), 4);
  EXPECT_EQ(triples.pairs.size(0), 6);  // four in a row, two of the last triple
  EXPECT_EQ(triples.first, (std::vector<std::int64_t>{0, 1, 2, 4}));
  EXPECT_EQ(triples.second, (std::vector<std::int64_t>{1, 2, 3, 5}));
}

TEST(Triples, AreSelectedWithTheirPairsAlone) {
  const Triples all = make_triples(some_triples());
  const std::vector<std::int64_t> chosen{2, 0};
  const Triples part = select(all, chosen.data(), 2);
  EXPECT_EQ(part.pairs.size(0), 4);
  for (std::size_t t = 0; t < chosen.size(); ++t) {
    const auto row = static_cast<std::size_t>(chosen[t]);
    EXPECT_TRUE(at::equal(part.pairs[part.first[t]], all.pairs[all.first[row]]));
    EXPECT_TRUE(at::equal(part.pairs[part.second[t]], all.pairs[all.second[row]]));
  }
}

TEST(Loss, OfAConstantNetworkIsHalf) {
  const network::Network network(architecture(0), at::kDouble);  // all parameters zero
  const auto engine =
      jets::make_engine({.backend = "native", .precision = "float64", .device = "cpu"}, network);
  const LossPoints points = make_points({}, {}, make_triples(some_triples()), at::empty({0, 4}, at::kDouble));
  const jets::Jet jet = engine->forward(points.x, points.tangents, jets::Keep::values_only);
  const LossValue loss = Loss({}, {}).value(points, jet, {}, false);
  EXPECT_EQ(loss.residual, 0);
  EXPECT_EQ(loss.degeneracy, 0.5);
  EXPECT_EQ(regularity(points.triples, jet).not_positive_share, 1);
  EXPECT_TRUE(std::isinf(regularity(points.triples, jet).largest_condition_number));
}

TEST(FirstGuess, IsAUnitVectorWhereNothingIsGiven) {
  const Generators guess = first_guess(three_generators(), n);
  ASSERT_EQ(guess.size(), 18U);
  for (std::size_t k = 0; k < 3; ++k) {
    double square = 0;
    for (std::size_t i = 0; i < 6; ++i) square += guess[6 * k + i] * guess[6 * k + i];
    EXPECT_NEAR(square, 1, 1e-14);
  }
  EXPECT_NE(guess[0], guess[6]);
}

}  // namespace
}  // namespace lnn::discrete
