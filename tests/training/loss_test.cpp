// The loss and its gradient against a second, independent way to compute both: the whole formula written in
// LibTorch operations (pinv, eigvalsh, det) and differentiated by autograd in one piece, in float64.
#include "training/loss.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <random>

#include "network/initialization.h"

namespace {

using namespace lnn;
using training::BaseLoss;
using training::Regularizer;

constexpr int samples = 9;

struct Case {
  const char* name;
  int n;
  Regularizer regularizer;
  network::Signature signature;
  double quadratic_term;  // 0 leaves M indefinite, so that most samples violate
  bool violated;          // whether some sample must violate the penalty
  BaseLoss base_loss = BaseLoss::state_mae;
};

const std::vector<Case> cases{
    {"plain", 2, Regularizer::none, network::Signature::euclidean, 1, false},
    {"one_coordinate", 1, Regularizer::eigenvalue, network::Signature::euclidean, -3, true},
    {"eigenvalue", 2, Regularizer::eigenvalue, network::Signature::euclidean, 0, true},
    {"eigenvalue_inactive", 3, Regularizer::eigenvalue, network::Signature::euclidean, 5, false},
    {"sylvester_v1", 3, Regularizer::sylvester_v1, network::Signature::euclidean, 0, true},
    {"sylvester_v2", 3, Regularizer::sylvester_v2, network::Signature::euclidean, 0, true},
    {"sylvester_v2_n4", 4, Regularizer::sylvester_v2, network::Signature::euclidean, 0, true},
    {"lorentzian", 4, Regularizer::lorentzian_sylvester, network::Signature::lorentzian, 0, true},
    {"lorentzian_right_sign", 3, Regularizer::lorentzian_sylvester, network::Signature::lorentzian, 3, false},
    {"squares", 2, Regularizer::none, network::Signature::euclidean, 1, false, BaseLoss::state_mse},
    {"squares_eigenvalue", 3, Regularizer::eigenvalue, network::Signature::euclidean, 0, true,
     BaseLoss::state_mse},
    {"accelerations", 2, Regularizer::none, network::Signature::euclidean, 1, false,
     BaseLoss::acceleration_mae},
};

class EveryLoss : public testing::TestWithParam<Case> {
 protected:
  EveryLoss()
      : network_(options(), at::kDouble), engine_(jets::make_engine({.backend = "autograd"}, network_)) {
    network::initialize(network_);
    std::mt19937 engine(7);
    std::normal_distribution<double> normal;
    x_ = at::empty({samples, 2 * GetParam().n}, at::kDouble);
    truth_ = at::empty({samples, GetParam().n}, at::kDouble);
    for (std::int64_t i = 0; i < x_.numel(); ++i) x_.data_ptr<double>()[i] = normal(engine);
    for (std::int64_t i = 0; i < truth_.numel(); ++i) truth_.data_ptr<double>()[i] = normal(engine);
    loss_ = {GetParam().base_loss, GetParam().regularizer, 0.7,
             GetParam().signature == network::Signature::lorentzian};
  }

  static network::NetworkOptions options() {
    network::NetworkOptions options;
    options.coordinates = GetParam().n;
    options.width = 8;
    options.hidden_layers = 2;
    options.branches = {network::Activation::softplus, network::Activation::xtanh};
    options.initialization = network::Initialization::custom;
    options.quadratic_term = GetParam().quadratic_term;
    options.signature = GetParam().signature;
    return options;
  }

  at::Tensor penalty_by_autograd(const at::Tensor& mass) const {
    const int n = GetParam().n;
    const double eps = 1e-8;
    const at::Tensor diagonal = mass.diagonal(0, 1, 2).abs().detach();
    const at::Tensor medians = std::get<0>(diagonal.median(0)) + eps;
    const auto minor = [&](int first, int k) {
      return at::relu(-at::det(mass.narrow(1, first, k).narrow(2, first, k)));
    };
    at::Tensor sum = at::zeros({samples}, at::kDouble);
    switch (GetParam().regularizer) {
      case Regularizer::none:
        return sum.mean();
      case Regularizer::eigenvalue:
        return at::relu(-at::linalg_eigvalsh(mass)).sum(1).mean();
      case Regularizer::sylvester_v1: {
        const at::Tensor scale = diagonal.mean(1) + n * eps;
        for (int k = 1; k <= n; ++k) sum = sum + minor(0, k) / (scale.pow(k) + eps);
        return sum.mean();
      }
      case Regularizer::sylvester_v2:
        for (int k = 1; k <= n; ++k) sum = sum + minor(0, k) / (medians.narrow(0, 0, k).prod() + eps);
        return sum.mean();
      case Regularizer::lorentzian_sylvester:
        sum = at::relu(mass.select(1, 0).select(1, 0)) / (medians[0] + eps);
        for (int k = 1; k < n; ++k) sum = sum + minor(1, k) / (medians.narrow(0, 1, k).prod() + eps);
        return sum.mean();
    }
    return sum;
  }

  // The mean over [v, a], whose v half is the same in model and truth.
  at::Tensor base_by_autograd(const at::Tensor& acceleration) const {
    const at::Tensor error = acceleration - truth_;
    const at::Tensor all = at::cat({at::zeros_like(error), error}, 1);
    switch (GetParam().base_loss) {
      case BaseLoss::state_mae:
        return all.abs().mean();
      case BaseLoss::state_mse:
        return all.square().mean();
      case BaseLoss::acceleration_mae:
        return error.abs().mean();
    }
    return error;
  }

  // {base, penalty}, with the graph attached.
  std::pair<at::Tensor, at::Tensor> by_autograd() const {
    using torch::autograd::grad;
    const int n = GetParam().n;
    const at::Tensor x = x_.detach().requires_grad_(true);
    const at::Tensor value = network_.lagrangian(x);
    const at::Tensor gradient = grad({value}, {x}, {at::ones_like(value)}, true, true)[0];
    std::vector<at::Tensor> rows;
    for (int i = 0; i < n; ++i) {
      rows.push_back(grad({gradient.select(1, n + i).sum()}, {x}, {}, true, true)[0]);
    }
    const at::Tensor hessian = at::stack(rows, 1);
    const at::Tensor mass = hessian.narrow(2, n, n);
    const at::Tensor mixed = at::bmm(hessian.narrow(2, 0, n), x.narrow(1, n, n).unsqueeze(2));
    const at::Tensor force = gradient.narrow(1, 0, n).unsqueeze(2) - mixed;
    const at::Tensor acceleration = at::bmm(at::linalg_pinv(mass), force).squeeze(2);
    return {base_by_autograd(acceleration), penalty_by_autograd(mass)};
  }

  network::Network network_;
  std::unique_ptr<jets::Engine> engine_;
  training::LossOptions loss_;
  at::Tensor x_;
  at::Tensor truth_;
};

INSTANTIATE_TEST_SUITE_P(Training, EveryLoss, testing::ValuesIn(cases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(EveryLoss, ValueAndGradientAgreeWithAutogradOfTheWholeFormula) {
  const c10::AutoGradMode enable_grad(true);
  const auto [base, penalty] = by_autograd();
  const auto expected = torch::autograd::grad({base + loss_.lambda * penalty}, network_.leaves());

  const jets::Jet jet = engine_->forward(x_, training::lagrangian_tangents(x_), jets::Keep::for_backward);
  const training::Motion motion = training::solve_motion(jet);
  const training::BatchLoss loss = training::batch_loss(loss_, motion, truth_);
  const at::Tensor gradient = engine_->backward(training::loss_gradient(loss_, motion, loss, jet, truth_));

  EXPECT_NEAR(loss.base, base.item<double>(), 1e-11 * base.item<double>());
  EXPECT_NEAR(loss.penalty, penalty.item<double>(), 1e-11 * std::max(1.0, penalty.item<double>()));
  EXPECT_DOUBLE_EQ(loss.total, loss.base + loss_.lambda * loss.penalty);
  std::int64_t offset = 0;
  double largest_error = 0;
  for (const at::Tensor& part : expected) {
    const at::Tensor mine = gradient.narrow(0, offset, part.numel());
    largest_error = std::max(largest_error, (mine - part.reshape({-1})).abs().max().item<double>());
    offset += part.numel();
  }
  EXPECT_LT(largest_error, 1e-9 * gradient.abs().max().item<double>());
  EXPECT_EQ(loss.penalty > 0, GetParam().violated);
}

TEST(BatchLoss, CountsSignaturesAndConditionNumbers) {
  training::Motion motion;
  motion.samples = 3;
  motion.n = 2;
  motion.eigenvalues = {1, 4, -2, 1, -3, -1};
  motion.mass = {1, 0, 0, 4, -2, 0, 0, 1, -3, 0, 0, -1};
  motion.acceleration = {0, 0, 0, 0, 0, 0};
  const at::Tensor truth = at::tensor({1.0, 0.0, 0.0, 0.0, 0.0, 0.0}, at::kDouble).view({3, 2});
  training::LossOptions options;
  const training::BatchLoss euclidean = training::batch_loss(options, motion, truth);
  EXPECT_EQ(euclidean.wrong_signature, 2);
  EXPECT_DOUBLE_EQ(euclidean.largest_condition_number, 4);
  EXPECT_DOUBLE_EQ(euclidean.base, 1.0 / 12);  // 2n = 4 components, 3 samples
  options.base_loss = BaseLoss::acceleration_mae;
  EXPECT_DOUBLE_EQ(training::batch_loss(options, motion, truth).base, 1.0 / 6);
  options.base_loss = BaseLoss::state_mse;
  EXPECT_DOUBLE_EQ(training::batch_loss(options, motion, 3 * truth).base, 9.0 / 12);
  options.lorentzian = true;
  EXPECT_EQ(training::batch_loss(options, motion, truth).wrong_signature, 2);
}

}  // namespace
