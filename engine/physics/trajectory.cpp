#include "physics/trajectory.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_runge_kutta_fehlberg78.hpp>
#include <boost/numeric/odeint/stepper/generation/make_controlled.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_fehlberg78.hpp>
#include <cmath>

#include "base/error.h"
#include "base/sign_of_life.h"

namespace lnn::physics {
namespace {

namespace odeint = boost::numeric::odeint;
using State = std::vector<double>;  ///< (q, v), 2n values

bool finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

void validate(const System& system, const State& q0, const State& v0, const TimeGrid& grid,
              const Tolerances& tolerances) {
  const auto n = static_cast<std::size_t>(system.dimension());
  if (q0.size() != n || v0.size() != n) {
    throw_user_error(
        "initial state has {} positions and {} velocities ('{}' has {} coordinates). Give {} of each.",
        q0.size(), v0.size(), system.name(), n, n);
  }
  if (!(grid.dt > 0) || !(grid.t_end > 0) || !std::isfinite(grid.t_end / grid.dt)) {
    throw_user_error("time grid has dt = {} and t_end = {} (both must be positive). Correct them.", grid.dt,
                     grid.t_end);
  }
  if (!(tolerances.absolute > 0) || !(tolerances.relative > 0)) {
    throw_user_error("tolerances are {} (absolute) and {} (relative), but must be positive. Correct them.",
                     tolerances.absolute, tolerances.relative);
  }
}

/// Moves a state through time; owns the step size between calls.
class Integrator {
 public:
  Integrator(const System& system, State state, const Tolerances& tolerances, double first_step)
      : system_(system),
        state_(std::move(state)),
        stepper_(odeint::make_controlled(tolerances.absolute, tolerances.relative,
                                         odeint::runge_kutta_fehlberg78<State>())),
        step_(first_step) {}

  const State& state() const { return state_; }

  void advance_to(double target) {
    while (time_ < target) {
      still_alive();
      const double remaining = target - time_;
      double step = std::min(step_, remaining);
      const bool shortened = step < step_;
      const bool last = step == remaining;
      const auto result = stepper_.try_step(
          [this](const State& x, State& rate, double) { derivative(x, rate); }, state_, time_, step);
      const bool accepted = result == odeint::success;
      // A step cut short by the grid says nothing against the size the error allowed before.
      step_ = accepted && shortened ? std::max(step, step_) : step;
      if (accepted && last) time_ = target;
      if (!finite(state_)) give_up("the state is no longer finite");
      if (!(time_ + step_ > time_)) give_up("the step size has collapsed");
    }
  }

 private:
  void derivative(const State& state, State& rate) const {
    const std::size_t n = state.size() / 2;
    const std::span<const double> x(state);
    std::copy_n(state.begin() + static_cast<std::ptrdiff_t>(n), n, rate.begin());
    system_.acceleration(x.first(n), x.last(n), std::span(rate).last(n));
  }

  [[noreturn]] void give_up(const char* why) const {
    throw_environment_error(
        "reference trajectory of '{}' breaks down at t = {}, (q, v) = {} ({}: a singularity of "
        "the true system is near). Start elsewhere or end earlier.",
        system_.name(), time_, state_, why);
  }

  const System& system_;
  State state_;
  decltype(odeint::make_controlled(0.0, 0.0, odeint::runge_kutta_fehlberg78<State>())) stepper_;
  double time_ = 0;
  double step_;
};

std::size_t points(const TimeGrid& grid) {
  // t_end / dt is a whole number up to round-off in every published grid; 100 / 0.1 must give 1000 points.
  constexpr double round_off = 1e-9;
  return static_cast<std::size_t>(std::ceil(grid.t_end / grid.dt - round_off));
}

}  // namespace

Trajectory reference_trajectory(const System& system, const std::vector<double>& q0,
                                const std::vector<double>& v0, const TimeGrid& grid,
                                const Tolerances& tolerances) {
  validate(system, q0, v0, grid, tolerances);
  State start = q0;
  start.insert(start.end(), v0.begin(), v0.end());
  Integrator integrator(system, std::move(start), tolerances, grid.dt);

  Trajectory trajectory;
  const auto middle = static_cast<std::ptrdiff_t>(q0.size());
  for (std::size_t k = 0; k < points(grid); ++k) {
    const double t = static_cast<double>(k) * grid.dt;
    integrator.advance_to(t);
    const State& state = integrator.state();
    trajectory.t.push_back(t);
    trajectory.q.insert(trajectory.q.end(), state.begin(), state.begin() + middle);
    trajectory.v.insert(trajectory.v.end(), state.begin() + middle, state.end());
  }
  return trajectory;
}

}  // namespace lnn::physics
