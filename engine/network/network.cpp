#include "network/network.h"

#include <ATen/ATen.h>

#include <utility>

#include "base/error.h"
#include "network/activation.h"

namespace lnn::network {
namespace {

void validate(const NetworkOptions& options) {
  if (options.coordinates < 1)
    throw_user_error("network: {} coordinates (at least 1 needed).", options.coordinates);
  if (options.branches.empty())
    throw_user_error("network.activation: no activation given. Name at least one.");
  if (options.hidden_layers < 1) {
    throw_user_error("network.hidden_layers: {} (at least 1 needed).", options.hidden_layers);
  }
  const int branches = static_cast<int>(options.branches.size());
  if (options.width < branches || options.width % branches != 0) {
    throw_user_error(
        "network.width: {} cannot be shared evenly by {} branches. Use a positive multiple of {}.",
        options.width, branches, branches);
  }
}

class LayoutBuilder {
 public:
  void add(std::string name, Role role, std::vector<std::int64_t> shape, int branch = 0, int layer = 0,
           std::int64_t fan_in = 0) {
    std::int64_t size = 1;
    for (const std::int64_t extent : shape) size *= extent;
    layout_.push_back({std::move(name), role, std::move(shape), total_, size, branch, layer, fan_in});
    total_ += size;
  }

  std::vector<ParameterInfo> take() { return std::move(layout_); }

 private:
  std::vector<ParameterInfo> layout_;
  std::int64_t total_ = 0;
};

std::vector<ParameterInfo> make_layout(const NetworkOptions& options) {
  LayoutBuilder builder;
  const std::int64_t inputs = 2 * options.coordinates;
  if (options.input_layer == InputLayer::dyt) {
    builder.add("input.alpha", Role::dyt_alpha, {1});
    builder.add("input.gamma", Role::dyt_gamma, {inputs});
    builder.add("input.beta", Role::dyt_beta, {inputs});
  }
  const int branches = static_cast<int>(options.branches.size());
  const std::int64_t width = options.width / branches;
  for (int branch = 0; branch < branches; ++branch) {
    std::int64_t fan_in = inputs;
    for (int layer = 0; layer < options.hidden_layers; ++layer) {
      const std::string prefix = fmt::format("branch{}.layer{}.", branch + 1, layer + 1);
      builder.add(prefix + "weight", Role::weight, {width, fan_in}, branch, layer, fan_in);
      builder.add(prefix + "bias", Role::bias, {width}, branch, layer, fan_in);
      fan_in = width;
    }
    const std::string output = fmt::format("branch{}.layer{}.weight", branch + 1, options.hidden_layers + 1);
    builder.add(output, Role::weight, {1, fan_in}, branch, options.hidden_layers, fan_in);
  }
  const std::int64_t n = options.coordinates;
  for (int k = 1; k <= options.generators; ++k) {
    builder.add(fmt::format("generator{}.w", k), Role::generator, {n});
    builder.add(fmt::format("generator{}.M", k), Role::generator, {n, n});
  }
  return builder.take();
}

}  // namespace

Network::Network(NetworkOptions options, at::ScalarType dtype) : options_(std::move(options)) {
  validate(options_);
  layout_ = make_layout(options_);
  flat_ = at::zeros({layout_.back().offset + layout_.back().size}, dtype);
  for (const ParameterInfo& info : layout_) {
    // detach: each leaf is its own starting point for autograd, yet shares the flat vector's memory.
    leaves_.push_back(flat_.narrow(0, info.offset, info.size).view(info.shape).detach().requires_grad_(true));
  }
  velocity_signs_ = at::full({options_.coordinates}, options_.quadratic_term, flat_.options());
  if (options_.signature == Signature::lorentzian) velocity_signs_.select(0, 0).neg_();
}

at::Tensor Network::branch_output(const at::Tensor& x, std::size_t first_leaf, Activation activation) const {
  at::Tensor stream = x;
  for (int layer = 0; layer < options_.hidden_layers; ++layer) {
    const std::size_t weight = first_leaf + 2 * static_cast<std::size_t>(layer);
    stream = apply(activation, at::linear(stream, leaves_[weight], leaves_[weight + 1]));
  }
  const std::size_t output = first_leaf + 2 * static_cast<std::size_t>(options_.hidden_layers);
  return at::linear(stream, leaves_[output]).squeeze(-1);
}

at::Tensor Network::quadratic_term(const at::Tensor& x) const {
  const at::Tensor v = x.narrow(1, options_.coordinates, options_.coordinates);
  return at::mv(v * v, velocity_signs_);
}

at::Tensor Network::lagrangian(const at::Tensor& x) const {
  at::Tensor input = x;
  std::size_t next_leaf = 0;
  if (options_.input_layer == InputLayer::dyt) {
    input = leaves_[1] * at::tanh(leaves_[0] * x) + leaves_[2];
    next_leaf = 3;
  }
  at::Tensor total;
  for (const Activation activation : options_.branches) {
    const at::Tensor output = branch_output(input, next_leaf, activation);
    total = total.defined() ? total + output : output;
    next_leaf += 2 * static_cast<std::size_t>(options_.hidden_layers) + 1;
  }
  return options_.quadratic_term != 0 ? total + quadratic_term(input) : total;
}

}  // namespace lnn::network
