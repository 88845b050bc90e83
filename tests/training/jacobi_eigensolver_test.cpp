#include "training/jacobi_eigensolver.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace {

using namespace lnn;

constexpr int matrices = 200;

at::Tensor symmetric(const at::Tensor& x) {
  return (x + x.transpose(1, 2)) / 2;
}

// Q diag(spectrum) Q^T with a random orthogonal Q.
at::Tensor with_spectrum(const at::Tensor& spectrum) {
  const std::int64_t n = spectrum.size(1);
  const at::Tensor q = std::get<0>(at::linalg_qr(at::randn({spectrum.size(0), n, n}, at::kDouble)));
  return symmetric(at::bmm(q * spectrum.unsqueeze(1), q.transpose(1, 2)));
}

class EveryDimension : public testing::TestWithParam<int> {
 protected:
  void SetUp() override { at::manual_seed(1); }

  // Against LAPACK, and by the definition of an eigenvector.
  void expect_solved(const at::Tensor& input, const char* kind, double residual = 0) const {
    const int n = GetParam();
    const training::SymmetricEigen eigen = training::JacobiEigensolver(n, at::kCPU).solve(input);
    const at::Tensor size = input.abs().amax({1, 2}, true).clamp_min(1e-300);
    const auto worst = [&](const at::Tensor& error) { return (error / size).abs().max().item<double>(); };
    const at::Tensor expected = at::linalg_eigvalsh(input);
    EXPECT_LT(worst((std::get<0>(eigen.values.sort(1)) - expected).unsqueeze(2)), 3e-14 * n) << kind;
    EXPECT_LT(worst(at::bmm(input, eigen.vectors) - eigen.vectors * eigen.values.unsqueeze(1)),
              std::max(residual, 3e-14 * n))
        << kind;
    const at::Tensor gram = at::bmm(eigen.vectors.transpose(1, 2), eigen.vectors);
    EXPECT_LT((gram - at::eye(n, at::kDouble)).abs().max().item<double>(), 3e-14 * n) << kind;
  }
};

INSTANTIATE_TEST_SUITE_P(Training, EveryDimension, testing::Range(1, 10));

TEST_P(EveryDimension, SolvesRandomMatrices) {
  const std::int64_t n = GetParam();
  expect_solved(symmetric(at::randn({matrices, n, n}, at::kDouble)), "random");
}

TEST_P(EveryDimension, SolvesGradedClusteredAndSingularMatrices) {
  const std::int64_t n = GetParam();
  const at::Tensor exponent = at::rand({matrices, n}, at::kDouble) * -16;
  expect_solved(with_spectrum(at::pow(10, exponent) * at::randn({matrices, n}, at::kDouble).sign()),
                "graded");
  expect_solved(with_spectrum(1 + 1e-9 * at::randn({matrices, n}, at::kDouble)), "clustered");
  expect_solved(with_spectrum(at::randint(-1, 2, {matrices, n}).to(at::kDouble)), "repeated and zero",
                n > 4 ? 1e-11 : 0);
  expect_solved(at::zeros({1, n, n}, at::kDouble), "zero");
  expect_solved(at::ones({1, n, n}, at::kDouble), "rank one");
  expect_solved(at::eye(n, at::kDouble).unsqueeze(0) * -3, "multiple of the identity");
}

TEST_P(EveryDimension, SolvesMatricesOfAnySize) {
  const std::int64_t n = GetParam();
  for (const double size : {1e-200, 1e200})
    expect_solved(symmetric(at::randn({matrices, n, n}, at::kDouble)) * size, "size");
}

TEST_P(EveryDimension, PassesNonFiniteNumbersOnWithoutTouchingOtherMatrices) {
  const std::int64_t n = GetParam();
  at::Tensor input = symmetric(at::randn({3, n, n}, at::kDouble));
  const training::JacobiEigensolver solver(GetParam(), at::kCPU);
  const training::SymmetricEigen clean = solver.solve(input);
  input[0][n - 1][0] = std::numeric_limits<double>::quiet_NaN();
  input[1][0][0] = std::numeric_limits<double>::infinity();
  const training::SymmetricEigen eigen = solver.solve(input);
  EXPECT_TRUE(eigen.values.narrow(0, 0, 2).isnan().all().item<bool>());
  EXPECT_TRUE(eigen.vectors.narrow(0, 0, 2).isnan().all().item<bool>());
  EXPECT_TRUE(eigen.values[2].equal(clean.values[2]));
}

}  // namespace
