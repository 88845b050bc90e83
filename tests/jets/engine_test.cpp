#include "jets/engine.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <random>

#include "base/error.h"
#include "network/initialization.h"

namespace {

using namespace lnn;
using network::Activation;
using network::Network;

constexpr int samples = 3;

struct Architecture {
  const char* name;
  network::NetworkOptions options;
};

network::NetworkOptions make_options(int n, std::vector<Activation> branches, int hidden_layers) {
  network::NetworkOptions options;
  options.coordinates = n;
  options.branches = std::move(branches);
  options.hidden_layers = hidden_layers;
  options.width = 6;
  return options;
}

std::vector<Architecture> architectures() {
  auto dyt = make_options(2, {Activation::xtanh}, 2);
  dyt.input_layer = network::InputLayer::dyt;
  auto lorentzian = make_options(3, {Activation::xtanh}, 1);
  lorentzian.signature = network::Signature::lorentzian;
  return {{"gelu", make_options(2, {Activation::gelu}, 3)},
          {"one_coordinate", make_options(1, {Activation::softplus}, 1)},
          {"hybrid", make_options(2, {Activation::softplus, Activation::quadratic}, 2)},
          {"dyt", dyt},
          {"lorentzian", lorentzian}};
}

// Every backend on every architecture, against finite differences of the network itself.
class EveryEngine : public testing::TestWithParam<std::tuple<std::string, Architecture>> {
 protected:
  EveryEngine()
      : network_(std::get<1>(GetParam()).options, at::kDouble),
        engine_(jets::make_engine({.backend = std::get<0>(GetParam())}, network_)) {
    network::initialize(network_);
    const int d = 2 * network_.options().coordinates;
    std::mt19937 engine(20240607);
    std::normal_distribution<double> normal;
    const auto random = [&](std::vector<std::int64_t> shape) {
      at::Tensor tensor = at::empty(shape, at::kDouble);
      for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<double>()[i] = normal(engine);
      return tensor;
    };
    x_ = random({samples, d});
    tangents_ = {random({samples, 3, d}), 2};
    functional_ = {
        random({samples, d}),
        {{random({samples, 2}), random({samples, 3})}, {random({samples, 2}), random({samples, 3})}},
        {{2, 0, 2}, random({3}), random({3, 2})}};
  }

  double value(const at::Tensor& x, int sample) const {
    return network_.lagrangian(x)[sample].item<double>();
  }

  // F of the functional, from the engine's own forward pass.
  double functional_value() {
    const jets::Jet jet = engine_->forward(x_, tangents_, jets::Keep::values_only);
    double sum = (functional_.first * jet.gradient).sum().item<double>();
    for (const auto& term : functional_.mixed) {
      sum += (term.u.unsqueeze(2) * term.v.unsqueeze(1) * jet.second).sum().item<double>();
    }
    for (std::size_t e = 0; e < functional_.squares.samples.size(); ++e) {
      const at::Tensor w = functional_.squares.directions[static_cast<std::int64_t>(e)];
      const at::Tensor mass = jet.second[functional_.squares.samples[e]].narrow(1, 0, w.size(0));
      sum +=
          (functional_.squares.weights[static_cast<std::int64_t>(e)] * w.dot(at::mv(mass, w))).item<double>();
    }
    return sum;
  }

  Network network_;
  std::unique_ptr<jets::Engine> engine_;
  at::Tensor x_;
  jets::Tangents tangents_;
  jets::Functional functional_;
};

INSTANTIATE_TEST_SUITE_P(Jets, EveryEngine,
                         testing::Combine(testing::ValuesIn(jets::backend_names()),
                                          testing::ValuesIn(architectures())),
                         [](const auto& test) {
                           return std::get<0>(test.param) + "_" + std::get<1>(test.param).name;
                         });

TEST_P(EveryEngine, GradientAgreesWithFiniteDifferences) {
  const jets::Jet jet = engine_->forward(x_, tangents_, jets::Keep::values_only);
  const double h = 1e-5;
  for (int b = 0; b < samples; ++b) {
    EXPECT_NEAR(jet.value[b].item<double>(), value(x_, b), 1e-14);
    for (int i = 0; i < x_.size(1); ++i) {
      at::Tensor step = at::zeros_like(x_);
      step[b][i] = h;
      const double difference = (value(x_ + step, b) - value(x_ - step, b)) / (2 * h);
      EXPECT_NEAR(jet.gradient[b][i].item<double>(), difference, 1e-8);
    }
  }
}

TEST_P(EveryEngine, SecondDerivativesAgreeWithFiniteDifferencesOfTheGradient) {
  const jets::Jet jet = engine_->forward(x_, tangents_, jets::Keep::values_only);
  const double h = 1e-5;
  for (int i = 0; i < tangents_.rows; ++i) {
    const at::Tensor step = h * tangents_.directions.select(1, i);
    const at::Tensor up = engine_->forward(x_ + step, tangents_, jets::Keep::values_only).gradient;
    const at::Tensor down = engine_->forward(x_ - step, tangents_, jets::Keep::values_only).gradient;
    const at::Tensor rows = at::bmm(tangents_.directions, ((up - down) / (2 * h)).unsqueeze(2)).squeeze(2);
    EXPECT_LT((rows - jet.second.select(1, i)).abs().max().item<double>(), 1e-7);
  }
}

TEST_P(EveryEngine, ParameterGradientAgreesWithFiniteDifferences) {
  engine_->forward(x_, tangents_, jets::Keep::for_backward);
  const at::Tensor gradient = engine_->backward(functional_);
  ASSERT_EQ(gradient.numel(), network_.parameter_count());
  const double h = 1e-5;
  for (std::int64_t i = 0; i < gradient.numel(); ++i) {
    const at::Tensor parameter = network_.parameters()[i];
    const double saved = parameter.item<double>();
    parameter.fill_(saved + h);
    const double up = functional_value();
    parameter.fill_(saved - h);
    const double down = functional_value();
    parameter.fill_(saved);
    EXPECT_NEAR(gradient[i].item<double>(), (up - down) / (2 * h), 2e-6) << "parameter " << i;
  }
}

TEST_P(EveryEngine, IsDeterministic) {
  engine_->forward(x_, tangents_, jets::Keep::for_backward);
  const at::Tensor first = engine_->backward(functional_);
  engine_->forward(x_, tangents_, jets::Keep::for_backward);
  EXPECT_TRUE(first.equal(engine_->backward(functional_)));
}

TEST_P(EveryEngine, BackwardNeedsAForwardThatKept) {
  engine_->forward(x_, tangents_, jets::Keep::values_only);
  EXPECT_THROW(engine_->backward(functional_), std::logic_error);
}

TEST(MakeEngine, NamesTheBackendsItHas) {
  const Network network(make_options(1, {Activation::gelu}, 1), at::kDouble);
  EXPECT_EQ(jets::make_engine({.backend = "autograd"}, network)->facts().backend, "autograd");
  EXPECT_THROW(jets::make_engine({.backend = "autograph"}, network), UserError);
}

}  // namespace
