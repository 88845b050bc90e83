#include "network/network.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "network/activation.h"
#include "network/initialization.h"

namespace {

using namespace lnn::network;

NetworkOptions small_options() {
  NetworkOptions options;
  options.coordinates = 2;
  options.width = 6;
  options.hidden_layers = 2;
  return options;
}

std::int64_t count(int coordinates, int hidden_layers, int width, std::vector<Activation> branches) {
  NetworkOptions options;
  options.coordinates = coordinates;
  options.hidden_layers = hidden_layers;
  options.width = width;
  options.branches = std::move(branches);
  return Network(options, at::kFloat).parameter_count();
}

TEST(Network, HasThePublishedNumberOfParameters) {
  EXPECT_EQ(count(2, 3, 500, {Activation::gelu}), 504000);
  EXPECT_EQ(count(3, 3, 500, {Activation::gelu}), 505000);
  EXPECT_EQ(count(4, 3, 500, {Activation::gelu}), 506000);
  EXPECT_EQ(count(2, 3, 500, {Activation::softplus, Activation::quadratic}), 2 * 127000);
}

// The same function with plain loops in double precision.
double by_hand(const Network& network, const std::vector<double>& x) {
  const NetworkOptions& options = network.options();
  std::vector<double> input = x;
  std::size_t next = 0;
  const auto values = [&](std::size_t index) {
    return network.leaves()[index].detach().to(at::kDouble).contiguous();
  };
  if (options.input_layer == InputLayer::dyt) {
    for (std::size_t i = 0; i < x.size(); ++i) {
      input[i] = values(1).data_ptr<double>()[i] * std::tanh(values(0).item<double>() * x[i]) +
                 values(2).data_ptr<double>()[i];
    }
    next = 3;
  }
  double total = 0;
  for (const Activation activation : options.branches) {
    std::vector<double> stream = input;
    for (int layer = 0; layer <= options.hidden_layers; ++layer) {
      const at::Tensor weight = values(next++);
      const bool output = layer == options.hidden_layers;
      std::vector<double> result;
      for (std::int64_t row = 0; row < weight.size(0); ++row) {
        double sum = output ? 0 : values(next).data_ptr<double>()[row];
        for (std::size_t column = 0; column < stream.size(); ++column) {
          sum += weight.data_ptr<double>()[static_cast<std::size_t>(row) * stream.size() + column] *
                 stream[column];
        }
        result.push_back(output ? sum : derivatives(activation, sum)[0]);
      }
      if (!output) ++next;
      stream = result;
    }
    total += stream[0];
  }
  const std::size_t n = x.size() / 2;
  for (std::size_t i = 0; i < n; ++i) {
    const bool time = options.signature == Signature::lorentzian && i == 0;
    total += (time ? -1 : 1) * options.quadratic_term * input[n + i] * input[n + i];
  }
  return total;
}

void expect_by_hand(const NetworkOptions& options) {
  const Network network(options, at::kDouble);
  initialize(network);
  network.parameters().add_(at::linspace(-0.3, 0.4, network.parameter_count(), at::kDouble));
  const std::vector<double> x{0.3, -0.7, 0.9, -0.2};
  const at::Tensor tensor = at::tensor(x, at::kDouble).unsqueeze(0);
  EXPECT_NEAR(network.lagrangian(tensor).item<double>(), by_hand(network, x), 1e-13);
}

TEST(Network, ComputesTheLagrangianOfEveryArchitecture) {
  NetworkOptions options = small_options();
  expect_by_hand(options);
  options.signature = Signature::lorentzian;
  expect_by_hand(options);
  options.quadratic_term = 0;
  expect_by_hand(options);
  options = small_options();
  options.branches = {Activation::softplus, Activation::quadratic};
  expect_by_hand(options);
  options.branches = {Activation::xtanh};
  options.input_layer = InputLayer::dyt;
  expect_by_hand(options);
}

TEST(Network, SharesItsFlatVectorWithItsLeaves) {
  const Network network(small_options(), at::kDouble);
  network.parameters().fill_(0.25);
  for (const at::Tensor& leaf : network.leaves()) EXPECT_TRUE(leaf.detach().eq(0.25).all().item<bool>());
  EXPECT_EQ(network.layout().front().name, "branch1.layer1.weight");
  EXPECT_EQ(network.layout().back().offset + network.layout().back().size, network.parameter_count());
}

// Paper B's generators (w, M) are trained beside L and are no part of it.
TEST(Network, KeepsItsGeneratorsBehindItsWeights) {
  NetworkOptions options = small_options();
  const Network plain(options, at::kDouble);
  options.generators = 2;
  const Network network(options, at::kDouble);
  const std::size_t arrays = plain.layout().size();
  ASSERT_EQ(network.layout().size(), arrays + 4);
  const std::vector<std::pair<std::string, std::vector<std::int64_t>>> expected{
      {"generator1.w", {2}}, {"generator1.M", {2, 2}}, {"generator2.w", {2}}, {"generator2.M", {2, 2}}};
  std::int64_t offset = plain.parameter_count();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ParameterInfo& info = network.layout()[arrays + i];
    EXPECT_EQ(info.name, expected[i].first);
    EXPECT_EQ(info.shape, expected[i].second);
    EXPECT_EQ(info.role, Role::generator);
    EXPECT_EQ(info.offset, offset);
    offset += info.size;
  }
  EXPECT_EQ(network.parameter_count(), offset);
}

TEST(Network, IsTheSameWithGenerators) {
  NetworkOptions options = small_options();
  options.initialization = Initialization::stax;
  const Network plain(options, at::kDouble);
  options.generators = 3;
  const Network network(options, at::kDouble);
  initialize(plain);
  initialize(network);
  const std::int64_t count = plain.parameter_count();
  EXPECT_TRUE(network.parameters().narrow(0, 0, count).equal(plain.parameters()));
  const at::Tensor generators = network.parameters().narrow(0, count, network.parameter_count() - count);
  EXPECT_TRUE(generators.eq(0).all().item<bool>()) << "a first guess belongs to the training";
  generators.fill_(7);
  const at::Tensor x = at::tensor({0.3, -0.7, 0.9, -0.2}, at::kDouble).unsqueeze(0);
  EXPECT_TRUE(network.lagrangian(x).equal(plain.lagrangian(x)));
}

TEST(Network, RefusesImpossibleOptions) {
  NetworkOptions options = small_options();
  options.width = 7;
  options.branches = {Activation::softplus, Activation::quadratic};
  EXPECT_THROW(Network(options, at::kFloat), lnn::UserError);
  options = small_options();
  options.width = 0;
  EXPECT_THROW(Network(options, at::kFloat), lnn::UserError);
  options = small_options();
  options.hidden_layers = 0;
  EXPECT_THROW(Network(options, at::kFloat), lnn::UserError);
}

}  // namespace
