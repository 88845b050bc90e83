#include "network/initialization.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace lnn::network;

NetworkOptions paper_options(Initialization initialization,
                             std::vector<Activation> branches = {Activation::gelu}) {
  NetworkOptions options;
  options.coordinates = 2;
  options.branches = std::move(branches);
  options.initialization = initialization;
  return options;
}

const ParameterInfo& weight(const Network& network, int layer, int branch = 0) {
  for (const ParameterInfo& info : network.layout()) {
    if (info.role == Role::weight && info.layer == layer && info.branch == branch) return info;
  }
  throw std::logic_error("no such layer");
}

std::vector<double> deviations(const NetworkOptions& options, int branch = 0) {
  const Network network(options, at::kFloat);
  std::vector<double> result;
  for (int layer = 0; layer <= options.hidden_layers; ++layer) {
    result.push_back(weight_deviation(options, weight(network, layer, branch)));
  }
  return result;
}

void expect_near(const std::vector<double>& values, const std::vector<double>& expected, double tolerance) {
  ASSERT_EQ(values.size(), expected.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(values[i], expected[i], tolerance) << "layer " << i;
}

TEST(WeightDeviation, CustomAgreesWithTheTable) {
  expect_near(deviations(paper_options(Initialization::custom)), {0.740557, 0.066237, 0.066237, 0.044721},
              1e-6);
  const auto hybrid = paper_options(Initialization::custom, {Activation::softplus, Activation::quadratic});
  expect_near(deviations(hybrid, 0), {0.923114, 0.116766, 0.116766, 0.063246}, 1e-6);
  expect_near(deviations(hybrid, 1), {0.25, 0.031623, 0.031623, 0.063246}, 1e-6);
}

TEST(WeightDeviation, CranmerAgreesWithBothReadings) {
  expect_near(deviations(paper_options(Initialization::cranmer_paper)), {0.0984, 0.0259, 0.0519, 22.36},
              5e-3);
  expect_near(deviations(paper_options(Initialization::cranmer_paper)), {0.09839, 0.02594, 0.05188, 22.3607},
              1e-4);
  expect_near(deviations(paper_options(Initialization::cranmer_code)), {1.1, 0.05188, 0.07782, 22.3607},
              1e-4);
}

double sample_deviation(const at::Tensor& values) {
  return values.std().item<double>();
}

at::Tensor values_of(const Network& network, const ParameterInfo& info) {
  return network.parameters().narrow(0, info.offset, info.size);
}

TEST(Initialize, DrawsWithTheTabulatedSpread) {
  const Network network(paper_options(Initialization::custom), at::kDouble);
  initialize(network);
  const at::Tensor hidden = values_of(network, weight(network, 1));
  EXPECT_NEAR(sample_deviation(hidden), 0.066237, 0.066237 * 0.01);  // 250,000 draws: 0.14 % standard error
  EXPECT_NEAR(hidden.mean().item<double>(), 0, 5 * 0.066237 / 500);
  for (const ParameterInfo& info : network.layout()) {
    if (info.role != Role::bias) continue;
    EXPECT_TRUE(values_of(network, info).eq(0).all().item<bool>()) << info.name;
  }
}

TEST(Initialize, DefaultIsUniformWithinTheFanInBound) {
  const Network network(paper_options(Initialization::standard), at::kDouble);
  initialize(network);
  const double bound = 1 / std::sqrt(500.0);
  const at::Tensor hidden = values_of(network, weight(network, 1));
  EXPECT_LE(hidden.abs().max().item<double>(), bound);
  EXPECT_GT(hidden.abs().max().item<double>(), 0.999 * bound);
  EXPECT_NEAR(sample_deviation(hidden), bound / std::sqrt(3.0), bound * 0.005);
  const at::Tensor first = values_of(network, weight(network, 0));
  EXPECT_LE(first.abs().max().item<double>(), 0.5);
  EXPECT_GT(first.abs().max().item<double>(), 0.49);
}

// JAX's stax: variance 2/(fan_in + fan_out) after a normal distribution is cut at two of its deviations.
TEST(Initialize, StaxDrawsFromACutNormalDistribution) {
  const Network network(paper_options(Initialization::stax), at::kDouble);
  initialize(network);
  const double pi = 3.14159265358979323846;
  const double density = std::exp(-2.0) / std::sqrt(2 * pi);  // of N(0, 1) at 2
  const double cut_deviation = std::sqrt(1 - 4 * density / std::erf(std::sqrt(2.0)));
  const auto expect_layer = [&](int layer, double fans, double tolerance) {
    const at::Tensor values = values_of(network, weight(network, layer));
    const double deviation = std::sqrt(2 / fans);
    const double bound = 2 * deviation / cut_deviation;
    EXPECT_NEAR(sample_deviation(values), deviation, tolerance * deviation) << "layer " << layer;
    EXPECT_NEAR(values.mean().item<double>(), 0, tolerance * deviation * 2) << "layer " << layer;
    EXPECT_LE(values.abs().max().item<double>(), bound) << "layer " << layer;
    EXPECT_GT(values.abs().max().item<double>(), 0.9 * bound) << "layer " << layer;
  };
  expect_layer(0, 4 + 500, 0.08);  // 2,000 draws: 1.2 % standard error
  expect_layer(1, 500 + 500, 0.01);
  expect_layer(3, 500 + 1, 0.15);
}

TEST(Initialize, StaxDrawsBiasesWithDeviationOneHundredth) {
  const Network network(paper_options(Initialization::stax), at::kDouble);
  initialize(network);
  std::vector<at::Tensor> biases;
  for (const ParameterInfo& info : network.layout()) {
    if (info.role == Role::bias) biases.push_back(values_of(network, info));
  }
  const at::Tensor all = at::cat(biases);
  ASSERT_EQ(all.numel(), 1500);  // 1.8 % standard error
  EXPECT_NEAR(sample_deviation(all), 0.01, 0.01 * 0.1);
  EXPECT_NEAR(all.mean().item<double>(), 0, 5 * 0.01 / std::sqrt(1500.0));
}

TEST(Initialize, NearZeroOnlyShrinksTheLastLayer) {
  const Network network(paper_options(Initialization::near_zero), at::kDouble);
  initialize(network);
  EXPECT_LE(values_of(network, weight(network, 3)).abs().max().item<double>(), 0.01);
  EXPECT_GT(values_of(network, weight(network, 1)).abs().max().item<double>(), 0.04);
}

TEST(Initialize, DytStartsAsPublished) {
  NetworkOptions options = paper_options(Initialization::standard, {Activation::xtanh});
  options.input_layer = InputLayer::dyt;
  const Network network(options, at::kDouble);
  initialize(network);
  EXPECT_EQ(network.leaves()[0].item<double>(), 0.5);
  EXPECT_TRUE(network.leaves()[1].detach().eq(1).all().item<bool>());
  EXPECT_TRUE(network.leaves()[2].detach().eq(0).all().item<bool>());
}

TEST(Initialize, SeedsDecideAndPrecisionOnlyRounds) {
  NetworkOptions options = paper_options(Initialization::standard);
  options.width = 8;
  const Network first(options, at::kFloat);
  const Network again(options, at::kFloat);
  const Network precise(options, at::kDouble);
  initialize(first);
  initialize(again);
  initialize(precise);
  EXPECT_TRUE(first.parameters().equal(again.parameters()));
  EXPECT_TRUE(first.parameters().equal(precise.parameters().to(at::kFloat)));
  options.seed = 2;
  const Network other(options, at::kFloat);
  initialize(other);
  EXPECT_FALSE(first.parameters().equal(other.parameters()));
}

}  // namespace
