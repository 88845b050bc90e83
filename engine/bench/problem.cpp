#include "bench/problem.h"

#include <ATen/ATen.h>

#include <random>

#include "network/initialization.h"
#include "network/network.h"

namespace lnn::bench {
namespace {

at::Tensor uniform(std::mt19937& generator, std::int64_t rows, std::int64_t columns) {
  at::Tensor result = at::empty({rows, columns}, at::kFloat);
  float* values = result.data_ptr<float>();
  constexpr unsigned shift = 8;  // 24 random bits, exact in single precision
  for (std::int64_t i = 0; i < result.numel(); ++i)
    values[i] = static_cast<float>(generator() >> shift) / static_cast<float>(1U << 23U) - 1.0F;
  return result;
}

}  // namespace

Problem make_problem(const Case& definition) {
  const network::Network network(network_options(definition), at::kFloat);
  network::initialize(network);
  std::mt19937 generator(1);
  Problem problem;
  problem.definition = definition;
  problem.parameters = network.parameters().clone();
  problem.x = uniform(generator, definition.batch, 2L * definition.n);
  problem.a = uniform(generator, definition.batch, definition.n);
  problem.loss.regularizer = training::Regularizer::eigenvalue;
  problem.loss.lambda = 1.0;
  return problem;
}

double useful_flops(const Case& definition) {
  const double inputs = 2.0 * definition.n;
  const double width = definition.width;
  const double weights = inputs * width + (definition.hidden_layers - 1) * width * width + width;
  return 2.0 * definition.batch * (definition.n + 11) * weights;
}

}  // namespace lnn::bench
