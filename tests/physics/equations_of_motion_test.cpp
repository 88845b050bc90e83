// Every acceleration against its own Lagrangian: the residual of d/dt (dL/dv_i) - dL/dq_i = 0, with
// derivatives by finite differences of the Lagrangian alone.

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/math/differentiation/finite_difference.hpp>
#include <cmath>

#include "physics/sampling.h"
#include "physics/system.h"

namespace {

using lnn::physics::System;
using State = std::vector<double>;

constexpr int states = 8;
constexpr std::uint32_t seed = 20'260;

/// Sixth-order central difference; reaches x +- 0.009.
template <class F>
double derivative(const F& function, double x) {
  return boost::math::differentiation::finite_difference_derivative<F, double, 6>(function, x);
}

double velocity_derivative(const System& system, const State& q, State v, std::size_t i) {
  return derivative(
      [&](double x) {
        v[i] = x;
        return system.lagrangian(q, v);
      },
      v[i]);
}

double position_derivative(const System& system, State q, const State& v, std::size_t i) {
  return derivative(
      [&](double x) {
        q[i] = x;
        return system.lagrangian(q, v);
      },
      q[i]);
}

State step(const State& x, const State& rate, double t) {
  State moved(x);
  for (std::size_t i = 0; i < x.size(); ++i) moved[i] += rate[i] * t;
  return moved;
}

/// d/dt of function(q, v) where q moves with v and v with a. Measured in a unit of time so short that nothing
/// changes by more than 1 within it.
template <class F>
double rate_of_change(const F& function, const State& q, const State& v, const State& a) {
  double fastest = 1;
  for (const State* rates : {&v, &a}) {
    for (const double rate : *rates) fastest = std::max(fastest, std::abs(rate));
  }
  const auto along = [&](double t) { return function(step(q, v, t / fastest), step(v, a, t / fastest)); };
  return fastest * derivative(along, 0);
}

/// Published constants, each changed by another factor, so that none of them hides behind a 1.
std::unique_ptr<const System> with_odd_constants(const std::string& name) {
  std::map<std::string, double> constants;
  double factor = 1;
  const auto published = lnn::physics::make_system(name);
  for (const auto& constant : published->constants()) {
    constants[constant.name] = constant.value * (factor += 0.13);
  }
  return lnn::physics::make_system(name, constants);
}

struct Sample {
  State q, v, a;
};

std::vector<Sample> samples_of(const System& system) {
  auto options = lnn::physics::published_sampling(system).validation;
  options.samples = states;
  options.seed = seed;
  const auto data = sample(system, options);
  const std::ptrdiff_t n = data.dimension;
  std::vector<Sample> samples;
  for (std::ptrdiff_t b = 0; b < states; ++b) {
    Sample one{State(data.q.begin() + b * n, data.q.begin() + (b + 1) * n),
               State(data.v.begin() + b * n, data.v.begin() + (b + 1) * n),
               State(static_cast<std::size_t>(n))};
    system.acceleration(one.q, one.v, one.a);
    samples.push_back(std::move(one));
  }
  return samples;
}

std::string print(const Sample& sample) {
  return fmt::format("seed {}: q = {}, v = {}, a = {}", seed, sample.q, sample.v, sample.a);
}

class EquationsOfMotion : public testing::TestWithParam<std::string> {};

TEST_P(EquationsOfMotion, AccelerationSolvesTheEulerLagrangeEquation) {
  for (const auto& system : {lnn::physics::make_system(GetParam()), with_odd_constants(GetParam())}) {
    for (const Sample& sample : samples_of(*system)) {
      const auto& [q, v, a] = sample;
      for (std::size_t i = 0; i < q.size(); ++i) {
        const auto momentum = [&](const State& at_q, const State& at_v) {
          return velocity_derivative(*system, at_q, at_v, i);
        };
        const double rate = rate_of_change(momentum, q, v, a);
        const double force = position_derivative(*system, q, v, i);
        const double scale = 1 + std::abs(force) + std::abs(system->lagrangian(q, v));
        EXPECT_NEAR(rate, force, 1e-7 * scale) << "coordinate " << i << "; " << print(sample);
      }
    }
  }
}

TEST_P(EquationsOfMotion, EnergyIsTheLegendreTransformOfTheLagrangian) {
  const auto system = with_odd_constants(GetParam());
  // The papers plot 2L for Anti-de Sitter space.
  const double factor = system->lorentzian() ? 2 : 1;
  for (const Sample& sample : samples_of(*system)) {
    const auto& [q, v, a] = sample;
    double hamiltonian = -system->lagrangian(q, v);
    for (std::size_t i = 0; i < q.size(); ++i) hamiltonian += v[i] * velocity_derivative(*system, q, v, i);
    EXPECT_NEAR(system->energy(q, v), factor * hamiltonian, 1e-9 * (1 + std::abs(hamiltonian)))
        << print(sample);
  }
}

TEST_P(EquationsOfMotion, ConservedQuantitiesDoNotChange) {
  const auto system = with_odd_constants(GetParam());
  const auto quantities = system->conserved_quantities();
  for (const Sample& sample : samples_of(*system)) {
    const auto& [q, v, a] = sample;
    const auto values = [&](const State& at_q, const State& at_v) {
      State all = system->conserved_values(at_q, at_v);
      all.push_back(system->energy(at_q, at_v));
      return all;
    };
    const State now = values(q, v);
    ASSERT_EQ(now.size(), quantities.size() + 1);
    for (std::size_t k = 0; k < now.size(); ++k) {
      const auto quantity = [&](const State& at_q, const State& at_v) { return values(at_q, at_v)[k]; };
      EXPECT_NEAR(rate_of_change(quantity, q, v, a), 0, 1e-7 * (1 + std::abs(now[k])))
          << (k < quantities.size() ? quantities[k].name : "energy") << "; " << print(sample);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllSystems, EquationsOfMotion, testing::ValuesIn(lnn::physics::system_names()),
                         [](const auto& instance) { return instance.param; });

}  // namespace
