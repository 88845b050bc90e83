#include "training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace lnn::training;

TEST(Cosine, FallsToEtaMinAndRisesAgain) {
  Phase phase;
  phase.learning_rate = 1e-3;
  phase.eta_min = 1e-6;
  phase.t_max = 30;
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::cosine, phase, 0), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::cosine, phase, 15), (1e-3 + 1e-6) / 2);
  EXPECT_NEAR(learning_rate(Schedule::cosine, phase, 30), 1e-6, 1e-18);
  EXPECT_DOUBLE_EQ(learning_rate(Schedule::cosine, phase, 60), 1e-3);
  EXPECT_NEAR(learning_rate(Schedule::cosine, phase, 90), 1e-6, 1e-15);
  // Training of 300 epochs ends next to the highest rate.
  EXPECT_GT(learning_rate(Schedule::cosine, phase, 299), 0.99e-3);
}

// PyTorch's recursion, which the authors' code runs, against the closed form.
TEST(Cosine, EqualsPyTorchsRecursion) {
  Phase phase;
  const double pi = 3.14159265358979323846;
  double rate = phase.learning_rate;
  for (int t = 1; t < 300; ++t) {
    if ((t - 1 - phase.t_max) % (2 * phase.t_max) == 0) {
      rate += (phase.learning_rate - phase.eta_min) * (1 - std::cos(pi / phase.t_max)) / 2;
    } else {
      rate = (1 + std::cos(pi * t / phase.t_max)) / (1 + std::cos(pi * (t - 1) / phase.t_max)) *
                 (rate - phase.eta_min) +
             phase.eta_min;
    }
    EXPECT_NEAR(learning_rate(Schedule::cosine, phase, t), rate, 1e-14) << "epoch " << t;
  }
}

TEST(Constant, StaysConstant) {
  const Phase phase;
  EXPECT_EQ(learning_rate(Schedule::constant, phase, 17), phase.learning_rate);
}

}  // namespace
