// Every backend against the oracle, autograd, on random architectures, tangents and functionals.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "jets/engine.h"
#include "network/initialization.h"

namespace {

using namespace lnn;
using network::Activation;

// The backends under test; a new one is added here.
const std::vector<std::string> backends{"tensor", "native"};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  int integer(int low, int high) { return std::uniform_int_distribution<int>(low, high)(engine_); }
  bool one_in(int many) { return integer(1, many) == 1; }
  at::Tensor normal(std::vector<std::int64_t> shape) {
    std::normal_distribution<double> distribution;
    at::Tensor tensor = at::empty(shape, at::kDouble);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<double>()[i] = distribution(engine_);
    return tensor;
  }

 private:
  std::mt19937 engine_;
};

network::NetworkOptions random_architecture(Random& random) {
  const auto activation = [&] {
    return std::vector{Activation::gelu, Activation::xtanh, Activation::softplus,
                       Activation::quadratic}[static_cast<std::size_t>(random.integer(0, 3))];
  };
  network::NetworkOptions options;
  options.coordinates = random.integer(1, 8);
  options.branches.clear();
  const int branches = random.one_in(3) ? random.integer(2, 3) : 1;
  for (int i = 0; i < branches; ++i) options.branches.push_back(activation());
  options.hidden_layers = random.integer(1, 8);
  options.width = branches * random.integer(1, 17);
  options.initialization =
      random.one_in(2) ? network::Initialization::custom : network::Initialization::standard;
  options.input_layer = random.one_in(3) ? network::InputLayer::dyt : network::InputLayer::none;
  options.quadratic_term = random.one_in(3) ? 0 : 0.7;
  options.signature = random.one_in(3) ? network::Signature::lorentzian : network::Signature::euclidean;
  return options;
}

// A network whose every parameter is random, so that no gradient vanishes by symmetry.
std::unique_ptr<network::Network> random_network(const network::NetworkOptions& options, Random& random) {
  auto network = std::make_unique<network::Network>(options, at::kDouble);
  network::initialize(*network);
  network->parameters().add_(0.1 * random.normal({network->parameter_count()}));
  return network;
}

struct Problem {
  at::Tensor x;
  jets::Tangents tangents;
  jets::Functional functional;
};

Problem random_problem(int inputs, Random& random) {
  Problem problem;
  const int samples = random.integer(1, 9);
  const int tangents = random.integer(1, 9);
  const int rows = random.integer(1, tangents);
  // Stacked polynomials of degree 2^8 would leave the range of numbers for larger inputs.
  problem.x = 0.5 * random.normal({samples, inputs});
  problem.tangents = {random.normal({samples, tangents, inputs}), rows};
  problem.functional.first = random.normal({samples, inputs});
  for (int i = random.integer(0, 2); i > 0; --i) {
    problem.functional.mixed.push_back({random.normal({samples, rows}), random.normal({samples, tangents})});
  }
  const int entries = random.one_in(2) ? random.integer(1, 2 * samples) : 0;
  jets::SquareTerms& squares = problem.functional.squares;
  for (int e = 0; e < entries; ++e) squares.samples.push_back(random.integer(0, samples - 1));
  if (entries > 0) {
    squares.weights = random.normal({entries});
    squares.directions = random.normal({entries, rows});
  }
  return problem;
}

struct Answer {
  jets::Jet jet;
  at::Tensor gradient;
};

Answer answer(const std::string& backend, const network::Network& network, const Problem& problem) {
  const auto engine = jets::make_engine({.backend = backend}, network);
  Answer result;
  result.jet = engine->forward(problem.x, problem.tangents, jets::Keep::for_backward);
  result.gradient = engine->backward(problem.functional);
  return result;
}

double relative_error(const at::Tensor& actual, const at::Tensor& expected) {
  const double scale = expected.abs().max().item<double>();
  const double error = (actual.to(at::kDouble) - expected).abs().max().item<double>();
  return scale > 0 ? error / scale : error;
}

class EveryBackend : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Jets, EveryBackend, testing::ValuesIn(backends),
                         [](const auto& test) { return test.param; });

TEST_P(EveryBackend, AgreesWithAutogradOnRandomArchitectures) {
  int compared = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    Random random(seed);
    const network::NetworkOptions options = random_architecture(random);
    const auto network = random_network(options, random);
    const Problem problem = random_problem(2 * options.coordinates, random);
    const Answer expected = answer("autograd", *network, problem);
    const Answer actual = answer(GetParam(), *network, problem);
    SCOPED_TRACE("seed " + std::to_string(seed));
    if (!std::isfinite(expected.gradient.abs().max().item<double>())) continue;  // stacked squares overflow
    ++compared;
    EXPECT_LT(relative_error(actual.jet.value, expected.jet.value), 1e-11);
    EXPECT_LT(relative_error(actual.jet.gradient, expected.jet.gradient), 1e-11);
    EXPECT_LT(relative_error(actual.jet.second, expected.jet.second), 1e-11);
    EXPECT_LT(relative_error(actual.gradient, expected.gradient), 1e-11);
  }
  EXPECT_GE(compared, 50);
}

// The same network in single precision against the oracle in double.
TEST_P(EveryBackend, KeepsSinglePrecision) {
  for (const Activation activation : {Activation::gelu, Activation::xtanh, Activation::softplus}) {
    network::NetworkOptions options;
    options.coordinates = 2;
    options.branches = {activation};
    options.width = 128;
    options.initialization = network::Initialization::custom;
    const network::Network exact(options, at::kDouble);
    const network::Network single(options, at::kFloat);
    network::initialize(single);
    exact.parameters().copy_(single.parameters());
    Random random(11);
    Problem problem = random_problem(4, random);
    const auto rounded = [](const at::Tensor& tensor) { return tensor.to(at::kFloat).to(at::kDouble); };
    problem.x = rounded(random.normal({32, 4}));
    problem.tangents = {rounded(random.normal({32, 3, 4})), 2};
    problem.functional = {rounded(random.normal({32, 4})),
                          {{rounded(random.normal({32, 2})), rounded(random.normal({32, 3}))}},
                          {{3, 3, 17}, rounded(random.normal({3})), rounded(random.normal({3, 2}))}};
    const Answer expected = answer("autograd", exact, problem);

    Problem low = problem;
    low.x = problem.x.to(at::kFloat);
    low.tangents.directions = problem.tangents.directions.to(at::kFloat);
    low.functional.first = problem.functional.first.to(at::kFloat);
    low.functional.mixed[0] = {problem.functional.mixed[0].u.to(at::kFloat),
                               problem.functional.mixed[0].v.to(at::kFloat)};
    low.functional.squares.weights = problem.functional.squares.weights.to(at::kFloat);
    low.functional.squares.directions = problem.functional.squares.directions.to(at::kFloat);
    const Answer actual = answer(GetParam(), single, low);
    SCOPED_TRACE(to_name(activation));
    EXPECT_EQ(actual.gradient.scalar_type(), at::kFloat);
    EXPECT_LT(relative_error(actual.jet.gradient, expected.jet.gradient), 2e-6);
    EXPECT_LT(relative_error(actual.jet.second, expected.jet.second), 2e-6);
    EXPECT_LT(relative_error(actual.gradient, expected.gradient), 2e-6);
  }
}

// Generators of symmetries are trained beside L: its derivatives do not know them.
TEST(Generators, HaveNoGradientOnAnyBackend) {
  for (const unsigned seed : {21U, 22U, 23U}) {
    Random random(seed);
    network::NetworkOptions options = random_architecture(random);
    const auto plain = random_network(options, random);
    options.generators = random.integer(1, 3);
    const auto network = random_network(options, random);
    const std::int64_t weights = plain->parameter_count();
    plain->parameters().copy_(network->parameters().narrow(0, 0, weights));
    const Problem problem = random_problem(2 * options.coordinates, random);
    for (const std::string& backend : jets::backend_names()) {
      const Answer expected = answer(backend, *plain, problem);
      const Answer actual = answer(backend, *network, problem);
      SCOPED_TRACE(backend + ", seed " + std::to_string(seed));
      EXPECT_TRUE(actual.jet.second.equal(expected.jet.second));
      ASSERT_EQ(actual.gradient.numel(), network->parameter_count());
      EXPECT_TRUE(actual.gradient.narrow(0, 0, weights).equal(expected.gradient));
      const at::Tensor generators = actual.gradient.narrow(0, weights, network->parameter_count() - weights);
      EXPECT_TRUE(generators.eq(0).all().item<bool>());
    }
  }
}

TEST_P(EveryBackend, IsBitwiseRepeatable) {
  Random random(5);
  const network::NetworkOptions options = random_architecture(random);
  const auto network = random_network(options, random);
  const Problem problem = random_problem(2 * options.coordinates, random);
  const Answer first = answer(GetParam(), *network, problem);
  const Answer second = answer(GetParam(), *network, problem);
  EXPECT_TRUE(first.jet.second.equal(second.jet.second));
  EXPECT_TRUE(first.gradient.equal(second.gradient));
}

TEST_P(EveryBackend, ServesChangingShapesAndRefusesABackwardWithoutForward) {
  network::NetworkOptions options;
  options.coordinates = 2;
  options.width = 7;
  Random random(3);
  const auto network = random_network(options, random);
  const auto engine = jets::make_engine({.backend = GetParam()}, *network);
  for (int i = 0; i < 4; ++i) {
    const Problem problem = random_problem(4, random);
    engine->forward(problem.x, problem.tangents, jets::Keep::for_backward);
    const at::Tensor gradient = engine->backward(problem.functional);
    EXPECT_LT(relative_error(gradient, answer("autograd", *network, problem).gradient), 1e-11);
    EXPECT_THROW(engine->backward(problem.functional), std::logic_error);
    engine->forward(problem.x, problem.tangents, jets::Keep::values_only);
    EXPECT_THROW(engine->backward(problem.functional), std::logic_error);
  }
}

}  // namespace
