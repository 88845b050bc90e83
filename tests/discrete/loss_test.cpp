#include "discrete/loss.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "base/error.h"
#include "discrete/stepper.h"
#include "discrete/symmetry_terms.h"
#include "network/initialization.h"
#include "tests/discrete/autograd_loss.h"

namespace lnn::discrete {
namespace {

using testing::architecture;
using testing::n;
using testing::Oracle;
using testing::some_triples;

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
