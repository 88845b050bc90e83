#include "network/activation.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

namespace {

using lnn::network::Activation;
using lnn::network::derivatives;

class EveryActivation : public testing::TestWithParam<Activation> {};

INSTANTIATE_TEST_SUITE_P(Network, EveryActivation,
                         testing::Values(Activation::gelu, Activation::xtanh, Activation::softplus,
                                         Activation::quadratic),
                         [](const auto& test) { return lnn::to_name(test.param); });

// Fourth-order central difference of the derivative of order `order - 1`.
double difference(Activation activation, double z, std::size_t order) {
  const double h = 1e-3;
  const auto lower = [&](double at) { return derivatives(activation, at)[order - 1]; };
  return (8 * (lower(z + h) - lower(z - h)) - (lower(z + 2 * h) - lower(z - 2 * h))) / (12 * h);
}

TEST_P(EveryActivation, DerivativesAgreeWithFiniteDifferences) {
  for (double z = -6; z <= 6; z += 0.37) {
    for (std::size_t order = 1; order <= 3; ++order) {
      EXPECT_NEAR(derivatives(GetParam(), z)[order], difference(GetParam(), z, order), 2e-10)
          << "order " << order << " at z = " << z;
    }
  }
}

TEST_P(EveryActivation, AutogradOfTheTensorFormGivesTheSameDerivatives) {
  const c10::AutoGradMode enable_grad(true);
  const at::Tensor z = at::linspace(-7, 7, 57, at::kDouble).requires_grad_(true);
  at::Tensor y = lnn::network::apply(GetParam(), z);
  for (std::size_t order = 0; order <= 3; ++order) {
    for (std::int64_t i = 0; i < z.numel(); ++i) {
      EXPECT_NEAR(y[i].item<double>(), derivatives(GetParam(), z[i].item<double>())[order], 1e-13)
          << "order " << order << " at z = " << z[i].item<double>();
    }
    // The third derivative of z^2 does not depend on z any more: nothing left to differentiate.
    if (!y.requires_grad()) break;
    y = torch::autograd::grad({y}, {z}, {at::ones_like(y)}, true, true, true)[0];
    if (!y.defined()) break;
  }
}

TEST_P(EveryActivation, TensorFormsOfTheDerivativesAgreeWithTheScalarOnes) {
  const at::Tensor z = at::linspace(-25, 25, 403, at::kDouble);
  const auto phi = derivatives(GetParam(), z);
  for (std::size_t order = 0; order <= 3; ++order) {
    for (std::int64_t i = 0; i < z.numel(); ++i) {
      EXPECT_NEAR(phi[order][i].item<double>(), derivatives(GetParam(), z[i].item<double>())[order], 2e-13)
          << "order " << order << " at z = " << z[i].item<double>();
    }
  }
  EXPECT_TRUE(derivatives(GetParam(), z, 2)[2].equal(phi[2]));
  EXPECT_FALSE(derivatives(GetParam(), z, 2)[3].defined());
}

// The square alone may overflow.
using AlmostLinear = EveryActivation;
INSTANTIATE_TEST_SUITE_P(Network, AlmostLinear,
                         testing::Values(Activation::gelu, Activation::xtanh, Activation::softplus),
                         [](const auto& test) { return lnn::to_name(test.param); });

TEST_P(AlmostLinear, TensorFormsSurviveLargeArguments) {
  for (const float size : {15.0F, 90.0F, 1e4F, 1e20F, 3e38F}) {
    for (const float z : {-size, size}) {
      const auto phi = derivatives(GetParam(), at::tensor({z}));
      const auto limit = derivatives(GetParam(), static_cast<double>(size < 1e4F ? z : std::copysign(90, z)));
      EXPECT_NEAR(phi[0].item<float>() / z, limit[0] / (size < 1e4F ? z : std::copysign(90, z)), 1e-5) << z;
      for (std::size_t order = 1; order <= 3; ++order)
        EXPECT_NEAR(phi[order].item<float>(), limit[order], 1e-4) << "order " << order << " at z = " << z;
    }
  }
  const auto nan = derivatives(GetParam(), at::tensor({std::nanf("")}));
  for (const at::Tensor& part : nan) EXPECT_TRUE(std::isnan(part.item<float>()));
}

TEST(Activation, KnownValues) {
  EXPECT_NEAR(derivatives(Activation::gelu, 1)[0], 0.841344746068543, 1e-15);  // Phi(1)
  EXPECT_NEAR(derivatives(Activation::xtanh, 2)[0], 2 * std::tanh(1.0), 1e-15);
  EXPECT_NEAR(derivatives(Activation::softplus, 0)[0], std::log(2.0), 1e-15);
  EXPECT_EQ(derivatives(Activation::softplus, 25)[0], 25);
}

// Values tabulated from 200-node Gauss-Hermite and adaptive quadrature.
TEST(Gain, AgreesWithTheTable) {
  EXPECT_NEAR(lnn::network::gain(Activation::gelu), 1.481114, 5e-7);
  EXPECT_NEAR(lnn::network::gain(Activation::xtanh), 1.389520, 5e-7);
  EXPECT_NEAR(lnn::network::gain(Activation::softplus), 1.846229, 5e-7);
  EXPECT_NEAR(lnn::network::gain(Activation::quadratic), 0.5, 5e-7);
}

}  // namespace
