#include "network/initialization.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>
#include <cmath>
#include <random>

#include "base/error.h"
#include "network/activation.h"

namespace lnn::network {
namespace {

using Engine = std::mt19937_64;
using Values = std::vector<double>;

constexpr double near_zero_bound = 0.01;
constexpr double stax_bias_deviation = 0.01;

bool is_output(const NetworkOptions& options, const ParameterInfo& info) {
  return info.layer == options.hidden_layers;
}

// Boost's distributions give the same numbers on every platform; the standard library's may not.
void fill_uniform(Values& values, double bound, Engine& engine) {
  boost::random::uniform_real_distribution<double> uniform(-bound, bound);
  std::generate(values.begin(), values.end(), [&] { return uniform(engine); });
}

void fill_normal(Values& values, double deviation, Engine& engine) {
  boost::random::normal_distribution<double> normal(0, deviation);
  std::generate(values.begin(), values.end(), [&] { return normal(engine); });
}

// A normal distribution cut at two deviations, drawn by rejection.
void fill_truncated_normal(Values& values, double deviation, Engine& engine) {
  constexpr double cut = 2;
  constexpr double deviation_after_cut = 0.87962566103423978;
  boost::random::normal_distribution<double> normal(0, 1);
  std::generate(values.begin(), values.end(), [&] {
    double x = normal(engine);
    while (std::abs(x) > cut) x = normal(engine);
    return x * deviation / deviation_after_cut;
  });
}

void fill_stax(Values& values, const ParameterInfo& info, Engine& engine) {
  if (info.role == Role::bias) return fill_normal(values, stax_bias_deviation, engine);
  const auto fans = static_cast<double>(info.shape[0] + info.shape[1]);
  fill_truncated_normal(values, std::sqrt(2 / fans), engine);
}

bool draws_uniformly(Initialization initialization) {
  return initialization == Initialization::standard || initialization == Initialization::near_zero;
}

void fill_linear(Values& values, const NetworkOptions& options, const ParameterInfo& info, Engine& engine) {
  if (options.initialization == Initialization::stax) {
    fill_stax(values, info, engine);
  } else if (draws_uniformly(options.initialization)) {
    const bool near_zero = options.initialization == Initialization::near_zero && is_output(options, info);
    fill_uniform(values, near_zero ? near_zero_bound : 1 / std::sqrt(static_cast<double>(info.fan_in)),
                 engine);
  } else if (info.role == Role::weight) {
    fill_normal(values, weight_deviation(options, info), engine);
  }  // biases of the normal initializations stay zero
}

Values initial_values(const NetworkOptions& options, const ParameterInfo& info, Engine& engine) {
  Values values(static_cast<std::size_t>(info.size), 0.0);
  switch (info.role) {
    case Role::weight:
    case Role::bias:
      fill_linear(values, options, info, engine);
      break;
    case Role::dyt_alpha:
      values[0] = options.dyt_alpha;
      break;
    case Role::dyt_gamma:
      std::fill(values.begin(), values.end(), 1.0);
      break;
    case Role::dyt_beta:
    case Role::generator:  // a first guess belongs to the training, not to the network
      break;
  }
  return values;
}

double custom_deviation(const NetworkOptions& options, const ParameterInfo& info) {
  const Activation activation = options.branches[static_cast<std::size_t>(info.branch)];
  const double layer_gain = is_output(options, info) ? 1.0 : gain(activation);
  return layer_gain / std::sqrt(static_cast<double>(info.fan_in));
}

// s is 2.2 in the first layer, 0.58 times `hidden_factor` in hidden ones, and n itself in the output layer.
double cranmer_deviation(const NetworkOptions& options, const ParameterInfo& info, double n,
                         int hidden_factor) {
  const double root = std::sqrt(n);
  if (is_output(options, info)) return root;
  return (info.layer == 0 ? 2.2 : 0.58 * hidden_factor) / root;
}

}  // namespace

double weight_deviation(const NetworkOptions& options, const ParameterInfo& info) {
  const auto fan_in = static_cast<double>(info.fan_in);
  const auto largest_side = static_cast<double>(*std::max_element(info.shape.begin(), info.shape.end()));
  switch (options.initialization) {
    case Initialization::custom:
      return custom_deviation(options, info);
    case Initialization::cranmer_paper:
      return cranmer_deviation(options, info, largest_side, info.layer);
    case Initialization::cranmer_code:
      return cranmer_deviation(options, info, fan_in, info.layer + 1);
    case Initialization::standard:
    case Initialization::near_zero:
    case Initialization::stax:
      break;
  }
  invariant(false, "uniform and truncated initializations have no normal deviation");
  return 0;
}

void initialize(const Network& network) {
  Engine engine(network.options().seed);
  const c10::NoGradGuard no_grad;
  for (const ParameterInfo& info : network.layout()) {
    Values values = initial_values(network.options(), info, engine);
    const at::Tensor source = at::from_blob(values.data(), {info.size}, at::kDouble);
    network.parameters().narrow(0, info.offset, info.size).copy_(source);
  }
}

}  // namespace lnn::network
