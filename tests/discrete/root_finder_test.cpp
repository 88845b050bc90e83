#include "discrete/root_finder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"

namespace {

using namespace lnn::discrete;
using testing::HasSubstr;

constexpr double infinity = std::numeric_limits<double>::infinity();

Vector vector(std::initializer_list<double> values) {
  Vector result(static_cast<Eigen::Index>(values.size()));
  std::ranges::copy(values, result.begin());
  return result;
}

Matrix matrix2(double a, double b, double c, double d) {
  Matrix result(2, 2);
  result << a, b, c, d;
  return result;
}

Equation one_unknown(double (*value)(double), double (*slope)(double)) {
  return [=](const Vector& z) {
    Evaluation at{vector({value(z[0])}), Matrix(1, 1)};
    at.jacobian << slope(z[0]);
    return at;
  };
}

/// x^2 + y^2 = 4, x y = 1 with a root (2 cos(pi/12), 2 sin(pi/12)).
Evaluation circle_and_hyperbola(const Vector& z) {
  return {vector({z[0] * z[0] + z[1] * z[1] - 4, z[0] * z[1] - 1}), matrix2(2 * z[0], 2 * z[1], z[1], z[0])};
}

class FindRoot : public testing::TestWithParam<RootMethod> {
 protected:
  Root find(const Equation& equation, const Vector& start) const {
    return find_root(equation, start, {.method = GetParam()});
  }
};

TEST_P(FindRoot, SolvesTwoCoupledEquations) {
  const Root root = find(circle_and_hyperbola, vector({2, 0.3}));
  ASSERT_TRUE(root.converged());
  EXPECT_NEAR(root.z[0], 2 * std::cos(M_PI / 12), 1e-12);
  EXPECT_NEAR(root.z[1], 2 * std::sin(M_PI / 12), 1e-12);
  EXPECT_LT(root.residual, 1e-12);
  EXPECT_GT(root.iterations, 1);
  // The Jacobian is (2x, 2y; y, x): the product of its singular values is 2 (x^2 - y^2) = 4 sqrt(3), and the
  // sum of their squares 5 (x^2 + y^2) = 20.
  const double product = 4 * std::sqrt(3.0);
  const double squares = std::sqrt(20 * 20 - 4 * product * product);
  EXPECT_NEAR(root.condition, std::sqrt((20 + squares) / (20 - squares)), 1e-9);
}

TEST_P(FindRoot, AcceptsAStartThatIsTheRoot) {
  const Root root =
      find(one_unknown([](double z) { return z * z - 4; }, [](double z) { return 2 * z; }), vector({2}));
  EXPECT_TRUE(root.converged());
  EXPECT_EQ(root.z[0], 2);
  EXPECT_EQ(root.residual, 0);
  EXPECT_EQ(root.condition, 1);
}

TEST_P(FindRoot, FindsARootAtZero) {
  const auto value = [](double z) { return std::sinh(z) + z * z * z / 7; };
  const auto slope = [](double z) { return std::cosh(z) + 3 * z * z / 7; };
  const Root root = find(one_unknown(value, slope), vector({0.7}));
  EXPECT_TRUE(root.converged()) << lnn::to_name(root.outcome);
  EXPECT_NEAR(root.z[0], 0, 1e-13);
}

TEST_P(FindRoot, SaysWhereTheEquationIsNotFinite) {
  const auto value = [](double z) { return std::sqrt(z); };
  const auto slope = [](double z) { return 0.5 / std::sqrt(z); };
  const Root root = find(one_unknown(value, slope), vector({-1}));
  EXPECT_EQ(root.outcome, RootOutcome::not_finite);
  EXPECT_TRUE(std::isnan(root.residual));
  EXPECT_TRUE(std::isnan(root.condition));
}

TEST_P(FindRoot, SaysThatAStepLeftTheDomain) {
  // The first step from 3 leads to 3 - 3 (ln 3 + 1) < 0, where the logarithm is NaN.
  const auto equation = one_unknown([](double z) { return std::log(z) + 1; }, [](double z) { return 1 / z; });
  EXPECT_EQ(find(equation, vector({3})).outcome, RootOutcome::not_finite);
}

TEST_P(FindRoot, EndsWhereThereIsNoRoot) {
  const Root root =
      find(one_unknown([](double z) { return z * z + 1; }, [](double z) { return 2 * z; }), vector({3}));
  EXPECT_FALSE(root.converged());
  EXPECT_GE(root.residual, 1);
}

TEST_P(FindRoot, NoticesASingularJacobian) {
  const auto flat = [](const Vector&) { return Evaluation{vector({1, 1}), matrix2(1, 2, 2, 4)}; };
  const Root root = find(flat, vector({0, 0}));
  EXPECT_EQ(root.outcome,
            GetParam() == RootMethod::newton ? RootOutcome::singular_jacobian : RootOutcome::no_progress);
  EXPECT_GT(root.condition, 1e15);
}

INSTANTIATE_TEST_SUITE_P(Methods, FindRoot, testing::Values(RootMethod::hybrid, RootMethod::newton),
                         [](const auto& instance) { return lnn::to_name(instance.param); });

TEST(Newton, StopsAfterTheAllowedSteps) {
  // |z|^(1/3) sign(z): every step doubles the distance.
  const auto value = [](double z) { return std::cbrt(z); };
  const auto slope = [](double z) { return 1 / (3 * std::cbrt(z) * std::cbrt(z)); };
  const Root root = find_root(one_unknown(value, slope), vector({1}),
                              {.method = RootMethod::newton, .newton_iterations = 7});
  EXPECT_EQ(root.outcome, RootOutcome::too_many_iterations);
  EXPECT_EQ(root.iterations, 7);
  EXPECT_NEAR(root.z[0], -128, 1e-9);
}

TEST(Newton, StopsWhenAStepIsShort) {
  // sqrt(2) from 1: steps 0.5, 0.083, 0.0025, 2.1e-6.
  const auto equation = one_unknown([](double z) { return z * z - 2; }, [](double z) { return 2 * z; });
  const Root root =
      find_root(equation, vector({1}), {.method = RootMethod::newton, .newton_tolerance = 0.01});
  EXPECT_EQ(root.iterations, 3);
}

std::string refusal(const RootOptions& options) {
  try {
    validate(options);
  } catch (const lnn::UserError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(RootOptions, RefuseImpossibleWishes) {
  EXPECT_EQ(refusal({}), "accepted");
  EXPECT_THAT(refusal({.hybrid_tolerance = 0}), HasSubstr("hybrid_tolerance is 0 (must be a positive"));
  EXPECT_THAT(refusal({.newton_tolerance = infinity}), HasSubstr("newton_tolerance is inf"));
  EXPECT_THAT(refusal({.newton_iterations = 0}), HasSubstr("newton_iterations is 0 (must be at least 1)"));
}

}  // namespace
