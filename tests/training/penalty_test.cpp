// Values worked out by hand; gradients are checked against autograd in loss_test.cpp.
#include "training/penalty.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

namespace {

using namespace lnn;
using training::Motion;
using training::penalty;
using training::Regularizer;

Motion motion_of(const std::vector<double>& masses, int samples, int n) {
  const at::Tensor mass = at::tensor(masses, at::kDouble).view({samples, n, n});
  const at::Tensor second = at::cat({mass, at::zeros({samples, n, 1}, at::kDouble)}, 2);
  return training::solve_motion(
      {at::zeros({samples}, at::kDouble), at::zeros({samples, 2 * n}, at::kDouble), second});
}

// Eigenvalues 3 and -1; minors 1 and -3.
const std::vector<double> indefinite{1, 2, 2, 1};
// Eigenvalues -2 and -4; minors -2 and 8.
const std::vector<double> negative{-2, 0, 0, -4};

std::vector<double> both() {
  std::vector<double> masses = indefinite;
  masses.insert(masses.end(), negative.begin(), negative.end());
  return masses;
}

TEST(EigenvaluePenalty, SumsNegativeEigenvaluesAndAveragesSamples) {
  EXPECT_NEAR(penalty(Regularizer::eigenvalue, motion_of(indefinite, 1, 2)).value, 1, 1e-14);
  EXPECT_NEAR(penalty(Regularizer::eigenvalue, motion_of(both(), 2, 2)).value, (1.0 + 6.0) / 2, 1e-14);
}

TEST(EigenvaluePenalty, HandlesRepeatedEigenvalues) {
  const training::Penalty result = penalty(Regularizer::eigenvalue, motion_of({-1, 0, 0, -1}, 1, 2));
  EXPECT_NEAR(result.value, 2, 1e-15);
  EXPECT_NEAR(result.gradient[0], -1, 1e-15);
  EXPECT_NEAR(result.gradient[1], 0, 1e-15);
  EXPECT_NEAR(result.gradient[3], -1, 1e-15);
}

TEST(SylvesterV1, ScalesEverySampleByItsOwnDiagonal) {
  // indefinite: scale 1, second minor -3 -> 3. negative: scale 3, first minor -2 -> 2/3.
  EXPECT_NEAR(penalty(Regularizer::sylvester_v1, motion_of(both(), 2, 2)).value, (3.0 + 2.0 / 3.0) / 2, 1e-7);
}

TEST(SylvesterV2, ScalesByTheLowerMedianOverTheBatch) {
  // |M_00| in {1, 2}: lower median 1; |M_11| in {1, 4}: lower median 1. Then 3/(1*1) and 2/1.
  EXPECT_NEAR(penalty(Regularizer::sylvester_v2, motion_of(both(), 2, 2)).value, (3.0 + 2.0) / 2, 1e-6);
}

TEST(LorentzianSylvester, WantsANegativeTimeAndAPositiveSpace) {
  const std::vector<double> right{-2, 0.1, 0.1, 3};
  EXPECT_EQ(penalty(Regularizer::lorentzian_sylvester, motion_of(right, 1, 2)).value, 0);
  EXPECT_TRUE(penalty(Regularizer::lorentzian_sylvester, motion_of(right, 1, 2)).gradient.empty());
  // Time 2 / median 2, space 3 / median 3.
  const std::vector<double> wrong{2, 0, 0, -3};
  EXPECT_NEAR(penalty(Regularizer::lorentzian_sylvester, motion_of(wrong, 1, 2)).value, 2, 1e-7);
}

TEST(Penalty, IsZeroWithoutViolation) {
  for (const Regularizer kind :
       {Regularizer::none, Regularizer::eigenvalue, Regularizer::sylvester_v1, Regularizer::sylvester_v2}) {
    const training::Penalty result = penalty(kind, motion_of({2, 1, 1, 2}, 1, 2));
    EXPECT_EQ(result.value, 0);
    EXPECT_TRUE(result.gradient.empty());
  }
}

}  // namespace
