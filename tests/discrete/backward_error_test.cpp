#include "discrete/backward_error.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <boost/numeric/odeint/stepper/runge_kutta_fehlberg78.hpp>
#include <cmath>
#include <functional>
#include <random>

#include "discrete/velocity_recovery.h"
#include "tests/discrete/known_lagrangians.h"

namespace {

using namespace lnn;
using namespace lnn::discrete;
using discrete::testing::anharmonic;
using discrete::testing::cart_pendulum;
using discrete::testing::harmonic;
using discrete::testing::magnetic;

at::Tensor one_state(const std::vector<double>& values) {
  return at::tensor(values, at::kDouble).unsqueeze(0);
}

std::vector<double> to_vector(const at::Tensor& values) {
  const at::Tensor packed = values.detach().contiguous();
  return {packed.data_ptr<double>(), packed.data_ptr<double>() + packed.numel()};
}

// A Lagrangian whose derivatives at the origin are the given random numbers: gradient g, Hessian A of x = [q,
// v].
struct RandomDerivatives {
  explicit RandomDerivatives(int n)
      : g(at::empty({2 * n}, at::kDouble)), A(at::empty({2 * n, 2 * n}, at::kDouble)) {
    std::mt19937 generator(7);
    std::normal_distribution<double> normal;
    for (int i = 0; i < g.numel(); ++i) g[i] = normal(generator);
    for (int i = 0; i < A.numel(); ++i) A.view(-1)[i] = normal(generator);
    A = A + A.t();
  }
  double first(int i) const { return g[i].item<double>(); }
  double second(int i, int j) const { return A[i][j].item<double>(); }

  // Shifted so that (q0, v0) takes the origin's place.
  LagrangianFunction around(const at::Tensor& q0, const at::Tensor& v0) const {
    return [*this, q0, v0](const at::Tensor& q, const at::Tensor& v) {
      const at::Tensor x = at::cat({q - q0, v - v0}, 1);
      return at::matmul(x, g) + (at::matmul(x, A) * x).sum(1) / 2;
    };
  }

  at::Tensor g, A;
};

TEST(BackwardErrorCorrected, IsThePrintedFormulaInOneDimension) {
  const RandomDerivatives d(1);
  const double h = 0.3, v = 1.7;
  const double r = d.first(0) - d.second(0, 1) * v;
  const double expected = h * h / 24 * (r * r / d.second(1, 1) - d.second(0, 0) * v * v);
  const at::Tensor q0 = one_state({0.2});
  const at::Tensor v0 = one_state({v});
  const at::Tensor L = backward_error_corrected(d.around(q0, v0), h)(q0, v0);
  EXPECT_NEAR(L.item<double>(), expected, 1e-14);
}

TEST(BackwardErrorCorrected, IsThePlanarFormulaInTwoDimensions) {
  const RandomDerivatives d(2);
  const double h = 0.3, v1 = 1.7, v2 = -0.6;
  // x = (q1, q2, v1, v2); the mass matrix by its adjugate.
  const double r1 = d.first(0) - d.second(2, 0) * v1 - d.second(2, 1) * v2;
  const double r2 = d.first(1) - d.second(3, 0) * v1 - d.second(3, 1) * v2;
  const double m11 = d.second(2, 2), m12 = d.second(2, 3), m22 = d.second(3, 3);
  const double forced = (m22 * r1 * r1 - 2 * m12 * r1 * r2 + m11 * r2 * r2) / (m11 * m22 - m12 * m12);
  const double bent = d.second(0, 0) * v1 * v1 + 2 * d.second(0, 1) * v1 * v2 + d.second(1, 1) * v2 * v2;
  const at::Tensor q0 = one_state({0.2, 0.9});
  const at::Tensor v0 = one_state({v1, v2});
  const at::Tensor L = backward_error_corrected(d.around(q0, v0), h)(q0, v0);
  EXPECT_NEAR(L.item<double>(), h * h / 24 * (forced - bent), 1e-13);
}

TEST(BackwardErrorCorrected, OfAnOscillatorHasTheFrequencyOfTheMidpointRuleToFourthOrder) {
  // L_VBEA = v^2/2 (1 + e) - omega^2 q^2/2 (1 - e), e = h^2 omega^2/12; the rule itself turns by
  // 2 atan(omega h/2) a step.
  const double omega = 1.3, h = 0.1;
  const LagrangianFunction L = backward_error_corrected(harmonic(omega), h);
  const double e = h * h * omega * omega / 12;
  const double squared = -acceleration(L, one_state({1}), one_state({0.4})).item<double>();
  EXPECT_NEAR(squared, omega * omega * (1 - e) / (1 + e), 1e-14);
  EXPECT_NEAR(std::sqrt(squared), 2 / h * std::atan(omega * h / 2), omega * std::pow(omega * h, 4) / 70);
  const double energy = hamiltonian(L)(one_state({1}), one_state({0.4})).item<double>();
  EXPECT_NEAR(energy, 0.08 * (1 + e) + omega * omega / 2 * (1 - e), 1e-14);
}

TEST(BackwardErrorCorrected, CanBeAppliedAgain) {
  const double omega = 1.3, h = 0.1;
  const double e = h * h * omega * omega / 12;
  // The corrected oscillator has mass 1 + e and stiffness k = omega^2 (1 - e): correct it by hand once more.
  const double m = 1 + e, k = omega * omega * (1 - e), q = 0.7, v = 0.4;
  const double expected = (m * v * v - k * q * q) / 2 + h * h / 24 * (k * k * q * q / m + k * v * v);
  const auto twice = backward_error_corrected(backward_error_corrected(harmonic(omega), h), h);
  EXPECT_NEAR(twice(one_state({q}), one_state({v})).item<double>(), expected, 1e-14);
}

TEST(BackwardErrorCorrected, IsNanWhereTheMassIsSingularAndOnlyThere) {
  const auto L = [](const at::Tensor& q, const at::Tensor& v) { return (q * v * v + q).sum(1); };
  const auto corrected = backward_error_corrected(L, 0.1);
  const at::Tensor q = at::tensor({0.0, 1.0}, at::kDouble).unsqueeze(1);
  const at::Tensor v = at::ones({2, 1}, at::kDouble);
  for (const at::Tensor& values : {corrected(q, v), hamiltonian(corrected)(q, v)}) {
    EXPECT_TRUE(std::isnan(values[0].item<double>()));
    EXPECT_TRUE(std::isfinite(values[1].item<double>()));
  }
  const at::Tensor a = acceleration(corrected, q, v);
  EXPECT_TRUE(std::isnan(a[0].item<double>()));
  EXPECT_TRUE(std::isfinite(a[1].item<double>()));
}

TEST(BackwardErrorCorrected, IsNanWhereTheLagrangianIsAndOnlyThere) {
  const auto L = [](const at::Tensor& q, const at::Tensor& v) { return (q.sqrt() * v * v).sum(1); };
  const at::Tensor q = at::tensor({-1.0, 1.0}, at::kDouble).unsqueeze(1);
  const at::Tensor H = hamiltonian(backward_error_corrected(L, 0.1))(q, at::ones({2, 1}, at::kDouble));
  EXPECT_TRUE(std::isnan(H[0].item<double>()));
  EXPECT_TRUE(std::isfinite(H[1].item<double>()));
}

// The exact motion of L from (q, v): where it is at t_end, in two steps of order 8.
std::vector<double> flow(const LagrangianFunction& L, const std::vector<double>& q,
                         const std::vector<double>& v, double t_end) {
  const auto n = static_cast<std::ptrdiff_t>(q.size());
  const auto rate = [&](const std::vector<double>& x, std::vector<double>& dxdt, double /*t*/) {
    const std::vector<double> position(x.begin(), x.begin() + n);
    const std::vector<double> velocity(x.begin() + n, x.end());
    const auto a = to_vector(acceleration(L, one_state(position), one_state(velocity)));
    std::copy(velocity.begin(), velocity.end(), dxdt.begin());
    std::copy(a.begin(), a.end(), dxdt.begin() + n);
  };
  std::vector<double> state = q;
  state.insert(state.end(), v.begin(), v.end());
  boost::numeric::odeint::runge_kutta_fehlberg78<std::vector<double>> stepper;
  for (int half = 0; half < 2; ++half) stepper.do_step(rate, state, half * t_end / 2, t_end / 2);
  return {state.begin(), state.begin() + n};
}

struct PhasePoint {
  at::Tensor q, p;
};

// One step of the variational integrator, p_k = -D1 L_d(q_k, z) by Newton's method with autograd's Jacobian.
PhasePoint step(const DiscreteLagrangianFunction& L_d, const PhasePoint& now) {
  at::Tensor z = now.q;
  for (int i = 0; i < 6; ++i) {
    z = z.detach().requires_grad_(true);
    const at::Tensor residual = (now.p - discrete_momentum(L_d, now.q, z)).squeeze(0);
    std::vector<at::Tensor> rows;
    for (int j = 0; j < z.size(1); ++j) {
      rows.push_back(torch::autograd::grad({residual[j]}, {z}, {}, true)[0].squeeze(0));
    }
    z = (z - at::linalg_solve(at::stack(rows), residual).unsqueeze(0)).detach();
  }
  const auto backward = [&](const at::Tensor& later, const at::Tensor& earlier) {
    return L_d(earlier, later);
  };
  return {z, -discrete_momentum(backward, z, now.q).detach()};
}

// How far the midpoint rule's trajectory of L is from the exact motion of `continuous(h)` at t_end, both from
// position q and momentum continuous_v(q, v): the largest coordinate's error.
double departure(const LagrangianFunction& L, const std::function<LagrangianFunction(double)>& continuous,
                 const std::vector<double>& q, const std::vector<double>& v, double t_end, int steps) {
  const double h = t_end / steps;
  const auto L_d = midpoint_rule(L, h);
  PhasePoint point{one_state(q), momentum(continuous(h), one_state(q), one_state(v)).detach()};
  for (int k = 0; k < steps; ++k) point = step(L_d, point);
  return (point.q - one_state(flow(continuous(h), q, v, t_end))).abs().max().item<double>();
}

// How far the energy of continuous(h) strays on the midpoint rule's trajectory from its start, at the
// velocities that belong to the discrete momenta.
double largest_drift(const std::function<LagrangianFunction(double)>& continuous, int steps) {
  const double h = 2.0 / steps;
  const auto L_d = midpoint_rule(anharmonic, h);
  std::vector<at::Tensor> q{one_state({0.9})};
  std::vector<at::Tensor> p{one_state({0.5})};
  for (int k = 0; k < steps; ++k) {
    const PhasePoint next = step(L_d, {q.back(), p.back()});
    q.push_back(next.q);
    p.push_back(next.p);
  }
  const auto found = recover_velocities(continuous(h), at::cat(q), at::cat(p), at::cat(p));
  const at::Tensor H = hamiltonian(continuous(h))(at::cat(q), found.v).detach();
  return (H - H[0]).abs().max().item<double>();
}

TEST(BackwardErrorCorrected, KeepsItsEnergyOnTheTrajectoryToFourthOrderTheUncorrectedToSecond) {
  const auto order = [](const std::function<LagrangianFunction(double)>& continuous) {
    return std::log2(largest_drift(continuous, 20) / largest_drift(continuous, 40));
  };
  EXPECT_NEAR(order([](double h) { return backward_error_corrected(anharmonic, h); }), 4, 0.15);
  EXPECT_NEAR(order([](double) { return anharmonic; }), 2, 0.15);
}

struct Motion {
  const char* name;
  LagrangianFunction L;
  std::vector<double> q, v;
  double t_end;
};

class OrderOfConvergence : public ::testing::TestWithParam<Motion> {
 protected:
  // log2 of how much the error shrinks when the step is halved.
  double order(const std::function<LagrangianFunction(double)>& continuous) const {
    const Motion& m = GetParam();
    return std::log2(departure(m.L, continuous, m.q, m.v, m.t_end, 4) /
                     departure(m.L, continuous, m.q, m.v, m.t_end, 8));
  }
};

TEST_P(OrderOfConvergence, OfTheUncorrectedLagrangianIsTwo) {
  EXPECT_NEAR(order([&](double) { return GetParam().L; }), 2, 0.05);
}

TEST_P(OrderOfConvergence, OfTheCorrectedLagrangianIsFour) {
  EXPECT_NEAR(order([&](double h) { return backward_error_corrected(GetParam().L, h); }), 4, 0.05);
}

INSTANTIATE_TEST_SUITE_P(Motions, OrderOfConvergence,
                         ::testing::Values(Motion{"Anharmonic", anharmonic, {0.9}, {0.5}, 0.4},
                                           Motion{"CartPendulum", cart_pendulum, {0.1, 0.6}, {0.2, 1.0}, 0.2},
                                           Motion{"Magnetic", magnetic, {0.7, -0.4}, {0.6, 0.8}, 0.4}),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
