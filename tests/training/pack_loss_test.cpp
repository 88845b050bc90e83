// The device loss against the processor's, which works with Eigen, one sample at a time.
#include "training/pack_loss.h"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace {

using namespace lnn;
using training::BaseLoss;
using training::Regularizer;

constexpr int members = 3;
constexpr int samples = 10;

struct Case {
  Regularizer regularizer;
  int n;
  BaseLoss base_loss = BaseLoss::state_mae;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Regularizer kind : {Regularizer::none, Regularizer::eigenvalue, Regularizer::sylvester_v1,
                                 Regularizer::sylvester_v2, Regularizer::lorentzian_sylvester}) {
    for (const int n : {1, 2, 3, 4, 8}) all.push_back({kind, n});
  }
  all.push_back({Regularizer::none, 2, BaseLoss::state_mse});
  all.push_back({Regularizer::eigenvalue, 3, BaseLoss::state_mse});
  all.push_back({Regularizer::eigenvalue, 2, BaseLoss::acceleration_mae});
  return all;
}

at::Tensor symmetric(const at::Tensor& x) {
  return (x + x.transpose(2, 3)) / 2;
}

// The second-order part of a functional as one symmetric matrix a sample: [B, n, n], and the weights of
// (L_vq v)_i: [B, n].
std::pair<at::Tensor, at::Tensor> as_matrices(const jets::Functional& functional, int n) {
  const jets::MixedTerm& mixed = functional.mixed.at(0);
  const at::Tensor product = mixed.u.unsqueeze(2) * mixed.v.unsqueeze(1);
  at::Tensor weights = product.narrow(2, 0, n).clone();
  const jets::SquareTerms& squares = functional.squares;
  for (std::size_t e = 0; e < squares.samples.size(); ++e) {
    const auto entry = static_cast<std::int64_t>(e);
    const at::Tensor w = squares.directions[entry];
    weights[squares.samples[e]] += squares.weights[entry] * at::outer(w, w);
  }
  return {(weights + weights.transpose(1, 2)) / 2, product.select(2, n)};
}

void expect_near(const at::Tensor& actual, const at::Tensor& expected, double tolerance, const char* what) {
  const double scale = std::max(expected.abs().max().item<double>(), 1e-300);
  EXPECT_LT((actual - expected).abs().max().item<double>() / scale, tolerance) << what;
}

class EveryRegularizer : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    at::manual_seed(4);
    for (int k = 0; k < members; ++k) {
      options_.push_back({GetParam().base_loss, GetParam().regularizer, 0.5 + k,
                          GetParam().regularizer == Regularizer::lorentzian_sylvester});
    }
  }

  jets::Jet jet_with(const at::Tensor& mass) const {
    const int n = GetParam().n;
    const at::Tensor force = at::randn({members, samples, n, 1}, at::kDouble);
    return {at::zeros({members, samples}, at::kDouble), at::randn({members, samples, 2 * n}, at::kDouble),
            at::cat({mass, force}, 3)};
  }

  void expect_agreement(const at::Tensor& mass, double tolerance, at::ScalarType precision = at::kDouble) {
    const int n = GetParam().n;
    jets::Jet jet = jet_with(mass);
    jet.gradient = jet.gradient.to(precision);
    jet.second = jet.second.to(precision);
    const at::Tensor truth = at::randn({members, samples, n}, at::kDouble);
    const training::PackLoss pack(options_, n, at::kCPU);
    const auto [loss, gradient] = pack.evaluate(jet, truth, jets::Keep::for_backward);
    for (int k = 0; k < members; ++k) {
      const jets::Jet own{jet.value[k], jet.gradient[k], jet.second[k]};
      const auto& options = options_[static_cast<std::size_t>(k)];
      const training::Motion motion = training::solve_motion(own);
      const training::BatchLoss expected = training::batch_loss(options, motion, truth[k]);
      EXPECT_NEAR(loss.base[k].item<double>(), expected.base, tolerance * expected.base);
      EXPECT_NEAR(loss.penalty[k].item<double>(), expected.penalty, tolerance * expected.penalty + 1e-13);
      EXPECT_NEAR(loss.total[k].item<double>(), expected.total, tolerance * expected.total);
      if (signatures_defined_) {
        EXPECT_EQ(loss.wrong_signature[k].item<double>(), expected.wrong_signature);
      }
      if (expected.largest_condition_number < 1e8) {
        EXPECT_NEAR(loss.largest_condition_number[k].item<double>() / expected.largest_condition_number, 1,
                    tolerance);
      }
      const auto functional = training::loss_gradient(options, motion, expected, own, truth[k]);
      const auto [on_mass, on_force] = as_matrices(functional, n);
      const at::Tensor mine = gradient.second[k].narrow(2, 0, n);
      const double rounding = precision == at::kFloat ? 1e-6 : tolerance;
      expect_near(gradient.first[k], functional.first, rounding, "first");
      expect_near((mine + mine.transpose(1, 2)) / 2, on_mass, rounding, "on the mass matrix");
      expect_near(gradient.second[k].select(2, n), on_force, rounding, "on L_vq v");
    }
  }

  at::Tensor random_masses() const {
    return symmetric(at::randn({members, samples, GetParam().n, GetParam().n}, at::kDouble));
  }

  std::vector<training::LossOptions> options_;
  bool signatures_defined_ = true;
};

INSTANTIATE_TEST_SUITE_P(Training, EveryRegularizer, testing::ValuesIn(cases()), [](const auto& test) {
  return fmt::format("{}_{}_{}", to_name(test.param.regularizer), test.param.n,
                     to_name(test.param.base_loss));
});

TEST_P(EveryRegularizer, AgreesOnIndefiniteMatrices) {
  expect_agreement(random_masses(), 1e-9);
}

TEST_P(EveryRegularizer, AgreesOnPositiveMatrices) {
  const at::Tensor root = at::randn({members, samples, GetParam().n, GetParam().n}, at::kDouble);
  expect_agreement(at::matmul(root, root.transpose(2, 3)) + at::eye(GetParam().n, at::kDouble), 1e-9);
}

// Every M has rank n - 1 up to rounding: its smallest eigenvalue lies below the cut-off. Its sign, and with
// it penalties and signatures, is a matter of luck.
using WithoutPenalty = EveryRegularizer;
INSTANTIATE_TEST_SUITE_P(Training, WithoutPenalty,
                         testing::Values(Case{Regularizer::none, 1}, Case{Regularizer::none, 2},
                                         Case{Regularizer::none, 3}, Case{Regularizer::none, 4},
                                         Case{Regularizer::none, 8}),
                         [](const auto& test) { return std::to_string(test.param.n); });

TEST_P(WithoutPenalty, AgreesOnSingularMatrices) {
  signatures_defined_ = false;
  const int n = GetParam().n;
  const at::Tensor root = at::randn({members, samples, n, n - 1}, at::kDouble);
  expect_agreement(at::matmul(root, root.transpose(2, 3)), 1e-7);
}

// Between the two cut-offs: singular in single precision, regular in double.
TEST_P(EveryRegularizer, UsesTheCutOffOfThePrecision) {
  at::Tensor diagonal = at::ones({GetParam().n}, at::kDouble);
  diagonal[0] = 1e-9;
  const at::Tensor mass = at::diag(diagonal).expand({members, samples, GetParam().n, GetParam().n});
  expect_agreement(mass, 1e-6);
  expect_agreement(mass, 1e-6, at::kFloat);
}

// Two equal negative eigenvalues and, in the other half of the samples, zeros.
TEST_P(EveryRegularizer, AgreesOnRepeatedEigenvalues) {
  const at::Tensor identity = at::eye(GetParam().n, at::kDouble);
  at::Tensor mass = identity.expand({members, samples, GetParam().n, GetParam().n}).clone();
  mass.narrow(1, 0, samples / 2).neg_();
  expect_agreement(mass, 1e-9);
}

TEST_P(EveryRegularizer, NamesANonFiniteMemberAndLeavesTheOthersAlone) {
  const at::Tensor mass = random_masses();
  jets::Jet jet = jet_with(mass);
  const at::Tensor truth = at::randn({members, samples, GetParam().n}, at::kDouble);
  const training::PackLoss pack(options_, GetParam().n, at::kCPU);
  const auto clean = pack.evaluate(jet, truth, jets::Keep::for_backward);
  jet.second[1][3][0][0] = std::numeric_limits<double>::quiet_NaN();
  const auto [loss, gradient] = pack.evaluate(jet, truth, jets::Keep::for_backward);
  EXPECT_TRUE(std::isnan(loss.total[1].item<double>()));
  for (const int k : {0, 2}) {
    EXPECT_TRUE(loss.total[k].equal(clean.loss.total[k]));
    EXPECT_TRUE(gradient.second[k].equal(clean.gradient.second[k]));
  }
}

// Bitwise: what a training gets does not depend on its company.
TEST_P(EveryRegularizer, GivesEachMemberWhatItWouldGetAlone) {
  const jets::Jet jet = jet_with(random_masses());
  const at::Tensor truth = at::randn({members, samples, GetParam().n}, at::kDouble);
  const auto together =
      training::PackLoss(options_, GetParam().n, at::kCPU).evaluate(jet, truth, jets::Keep::for_backward);
  for (int k = 0; k < members; ++k) {
    const jets::Jet own{jet.value.narrow(0, k, 1), jet.gradient.narrow(0, k, 1), jet.second.narrow(0, k, 1)};
    const auto alone = training::PackLoss({options_[static_cast<std::size_t>(k)]}, GetParam().n, at::kCPU)
                           .evaluate(own, truth.narrow(0, k, 1), jets::Keep::for_backward);
    EXPECT_TRUE(alone.loss.total[0].equal(together.loss.total[k]));
    EXPECT_TRUE(alone.gradient.first[0].equal(together.gradient.first[k]));
    EXPECT_TRUE(alone.gradient.second[0].equal(together.gradient.second[k]));
  }
}

}  // namespace
