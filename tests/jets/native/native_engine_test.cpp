// The native engine on each instruction set, against the autograd engine in double precision.
#include "jets/native/native_engine.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "emulated_kernels.h"
#include "network/initialization.h"

namespace {

using namespace lnn;

struct Case {
  int n = 2;
  int width = 64;
  std::int64_t batch = 37;
  int mixed_terms = 1;
};

network::NetworkOptions make_options(const Case& test) {
  network::NetworkOptions options;
  options.coordinates = test.n;
  options.width = test.width;
  return options;
}

// A batch with the tangents of an LNN and a functional with mixed terms and some squares.
struct Problem {
  explicit Problem(const Case& test) {
    at::manual_seed(7);
    const auto n = static_cast<std::int64_t>(test.n);
    x = at::randn({test.batch, 2 * n}, at::kDouble).to(at::kFloat).to(at::kDouble);
    at::Tensor directions = at::zeros({test.batch, n + 1, 2 * n}, at::kDouble);
    directions.narrow(1, 0, n).narrow(2, n, n).copy_(at::eye(n, at::kDouble).expand({test.batch, n, n}));
    directions.select(1, n).narrow(1, 0, n).copy_(x.narrow(1, n, n));
    tangents = {directions, test.n};
    functional = {at::randn({test.batch, 2 * n}, at::kDouble),
                  {},
                  {{0, 5, 5, 36}, at::randn({4}, at::kDouble), at::randn({4, n}, at::kDouble)}};
    for (int p = 0; p < test.mixed_terms; ++p) {
      functional.mixed.push_back(
          {at::randn({test.batch, n}, at::kDouble), at::randn({test.batch, n + 1}, at::kDouble)});
    }
  }

  at::Tensor x;
  jets::Tangents tangents;
  jets::Functional functional;
};

jets::Functional in_type(const jets::Functional& functional, at::ScalarType type) {
  jets::Functional result = functional;
  result.first = result.first.to(type);
  for (auto& term : result.mixed) term = {term.u.to(type), term.v.to(type)};
  result.squares.weights = result.squares.weights.to(type);
  result.squares.directions = result.squares.directions.to(type);
  return result;
}

double relative_error(const at::Tensor& measured, const at::Tensor& expected) {
  return ((measured.to(at::kDouble) - expected).norm() / expected.norm()).item<double>();
}

// Errors of the second derivatives and of the parameter gradient.
template <class T>
std::pair<double, double> errors(const jets::native::Kernels<T>& kernels, const Case& test) {
  const at::ScalarType type = std::is_same_v<T, float> ? at::kFloat : at::kDouble;
  const network::Network network(make_options(test), type);
  network::initialize(network);
  const network::Network exact(make_options(test), at::kDouble);
  exact.parameters().copy_(network.parameters());
  const Problem problem(test);
  const auto oracle = jets::make_engine({.backend = "autograd"}, exact);
  const jets::Jet expected = oracle->forward(problem.x, problem.tangents, jets::Keep::for_backward);
  const at::Tensor expected_gradient = oracle->backward(problem.functional);

  jets::native::NativeEngine<T> engine(network, kernels);
  const jets::Tangents tangents{problem.tangents.directions.to(type), problem.tangents.rows};
  const jets::Jet jet = engine.forward(problem.x.to(type), tangents, jets::Keep::for_backward);
  const at::Tensor gradient = engine.backward(in_type(problem.functional, type));
  return {relative_error(jet.second, expected.second), relative_error(gradient, expected_gradient)};
}

TEST(NativeEngine, KeepsItsPrecisionOnEveryInstructionSet) {
  for (const Case& test : {Case{2, 64, 37, 1}, Case{4, 100, 130, 3}, Case{1, 72, 37, 0}}) {
    for (const auto* kernels : jets::native::available_kernels<double>()) {
      const auto [second, gradient] = errors(*kernels, test);
      EXPECT_LT(second, 1e-13) << kernels->instruction_set;
      EXPECT_LT(gradient, 1e-13) << kernels->instruction_set;
    }
    for (const auto* kernels : jets::native::available_kernels<float>()) {
      const double allowed = std::string(kernels->precision) == "float32" ? 2e-6 : 2e-5;
      const auto [second, gradient] = errors(*kernels, test);
      EXPECT_LT(second, allowed) << kernels->instruction_set;
      EXPECT_LT(gradient, allowed) << kernels->instruction_set;
    }
  }
}

TEST(NativeEngine, KeepsFiveDigitsWithSplitProducts) {
  const auto kernels = with_emulated_products(*jets::native::available_kernels<float>().back());
  const auto [second, gradient] = errors(kernels, {2, 64, 37, 2});
  EXPECT_LT(second, 2e-5);
  EXPECT_LT(gradient, 2e-5);
  EXPECT_GT(gradient, 1e-7);  // it did split
}

TEST(NativeEngine, NoticesThatTheParametersHaveChanged) {
  const network::Network network(make_options({1, 8, 3, 0}), at::kDouble);
  network::initialize(network);
  jets::native::NativeEngine<double> engine(network, *jets::native::available_kernels<double>().front());
  const at::Tensor x = at::ones({3, 2}, at::kDouble);
  const jets::Tangents tangents{at::ones({3, 1, 2}, at::kDouble), 1};
  const at::Tensor before = engine.forward(x, tangents, jets::Keep::values_only).value;
  network.parameters().mul_(0.5);
  const at::Tensor after = engine.forward(x, tangents, jets::Keep::values_only).value;
  EXPECT_FALSE(before.equal(after));
  EXPECT_LT((after - network.lagrangian(x)).abs().max().item<double>(), 1e-15);
}

}  // namespace
