#include "training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

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

// Paper B's nested selects, in which the first condition that holds wins and the rate is 0 by default (paper
// facts B.2).
double rate_of_the_notebooks(int i) {
  if (i < 1000) return 3e-3;
  if (i > 2000) return 3e-4;
  return 0;
}

TEST(Steps, AreThoseOfPaperB) {
  Phase phase;
  phase.rates = {{0, 3e-3}, {1000, 0}, {2001, 3e-4}};
  for (const int pass : {0, 1, 999, 1000, 1001, 2000, 2001, 2002, 99999})
    EXPECT_EQ(learning_rate(Schedule::steps, phase, pass), rate_of_the_notebooks(pass)) << "pass " << pass;
}

TEST(Steps, NeedOneThatBeginsWithTheFirstPass) {
  Phase phase;
  phase.rates = {{0, 0.25}};
  EXPECT_EQ(learning_rate(Schedule::steps, phase, 1000000), 0.25);
  phase.rates = {{5, 0.25}};
  EXPECT_THROW(learning_rate(Schedule::steps, phase, 4), std::logic_error);
}

TEST(Constant, StaysConstant) {
  const Phase phase;
  EXPECT_EQ(learning_rate(Schedule::constant, phase, 17), phase.learning_rate);
}

}  // namespace
