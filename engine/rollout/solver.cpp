#include "rollout/solver.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <boost/numeric/odeint/stepper/controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/dense_output_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_controlled_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_dense_output_runge_kutta.hpp>
#include <boost/numeric/odeint/stepper/generation/generation_runge_kutta_dopri5.hpp>
#include <boost/numeric/odeint/stepper/generation/make_dense_output.hpp>
#include <boost/numeric/odeint/stepper/runge_kutta_dopri5.hpp>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "base/sign_of_life.h"

namespace lnn::rollout {
namespace {

namespace odeint = boost::numeric::odeint;
using State = std::vector<double>;  // (q, v), 2n values
using Stepper = decltype(odeint::make_dense_output(0.0, 0.0, odeint::runge_kutta_dopri5<State>()));

struct StepLimitReached {};

void validate(const physics::System& system, const physics::InitialState& start, const std::vector<double>& t,
              const SolverOptions& options) {
  const auto n = static_cast<std::size_t>(system.dimension());
  if (start.q.size() != n || start.v.size() != n) {
    throw_user_error(
        "initial state has {} positions and {} velocities ('{}' has {} coordinates). Give {} of each.",
        start.q.size(), start.v.size(), system.name(), n, n);
  }
  if (!(options.tolerances.absolute > 0) || !(options.tolerances.relative > 0)) {
    throw_user_error("tolerances are {} (absolute) and {} (relative), but must be positive. Correct them.",
                     options.tolerances.absolute, options.tolerances.relative);
  }
  if (options.max_steps < 1) throw_user_error("max_steps is {}: at least 1 is needed.", options.max_steps);
  invariant(!t.empty() && std::ranges::is_sorted(t), "output times ascend");
}

bool finite(const State& state) {
  return std::ranges::all_of(state, [](double value) { return std::isfinite(value); });
}

// The coordinate that is outside its chart, or nullptr.
const physics::Coordinate* outside(const physics::System& system, const State& state) {
  for (std::size_t i = 0; i < system.coordinates().size(); ++i) {
    const physics::Coordinate& coordinate = system.coordinates()[i];
    if (!(state[i] > coordinate.low) || !(state[i] < coordinate.high)) return &coordinate;
  }
  return nullptr;
}

// The right-hand side of the first-order system, counting its evaluations.
class Rate {
 public:
  Rate(const physics::System& system, const Accelerations& accelerations, int max_steps)
      : system_(system), accelerations_(accelerations), max_evaluations_(stages * (long{max_steps} + 1)) {}

  long steps() const { return evaluations_ / stages; }

  void operator()(const State& state, State& rate) {
    if (++evaluations_ > max_evaluations_) throw StepLimitReached{};
    still_alive();
    const auto n = static_cast<std::ptrdiff_t>(state.size() / 2);
    wrapped_.assign(state.begin(), state.begin() + n);
    for (std::size_t i = 0; i < wrapped_.size(); ++i)
      if (system_.coordinates()[i].angle) wrapped_[i] -= full_turn * std::floor(wrapped_[i] / full_turn);
    std::copy_n(state.begin() + n, n, rate.begin());
    const auto half = static_cast<std::size_t>(n);
    accelerations_(wrapped_, std::span(state).last(half), std::span(rate).last(half));
  }

 private:
  static constexpr long stages = 6;  // new evaluations of one step
  static constexpr double full_turn = 2 * std::numbers::pi;
  const physics::System& system_;
  const Accelerations& accelerations_;
  long max_evaluations_;
  long evaluations_ = 0;
  std::vector<double> wrapped_;
};

class Integration {
 public:
  Integration(const physics::System& system, const Accelerations& accelerations,
              const physics::InitialState& start, const std::vector<double>& t, const SolverOptions& options)
      : system_(system),
        t_(t),
        rate_(system, accelerations, options.max_steps),
        stepper_(odeint::make_dense_output(options.tolerances.absolute, options.tolerances.relative,
                                           odeint::runge_kutta_dopri5<State>())) {
    State state = start.q;
    state.insert(state.end(), start.v.begin(), start.v.end());
    keep(state);
    const double first_step = t.size() > 1 ? t[1] - t[0] : 1;
    stepper_.initialize(state, t.front(), first_step);
  }

  Solution run() {
    try {
      while (solution_.outcome == Outcome::completed && next_ < t_.size()) step();
    } catch (const StepLimitReached&) {
      end(Outcome::step_limit, "more steps were needed than allowed");
    } catch (const odeint::odeint_error&) {
      end(Outcome::step_collapse, "no step was small enough for the tolerances");
    }
    solution_.steps = rate_.steps();
    return std::move(solution_);
  }

 private:
  void step() {
    const double before = stepper_.current_time();
    stepper_.do_step([this](const State& state, State& rate, double) { rate_(state, rate); });
    const State& state = stepper_.current_state();
    if (!finite(state)) return end(Outcome::blew_up, "the state is no longer finite");
    if (!(stepper_.current_time() > before))
      return end(Outcome::step_collapse, "the step size has collapsed");
    if (const auto* coordinate = outside(system_, state))
      return end(Outcome::left_domain, fmt::format("{} has left its chart", coordinate->name));
    keep_points_up_to(stepper_.current_time());
    solution_.time_reached = std::min(stepper_.current_time(), t_.back());
  }

  void keep_points_up_to(double time) {
    State state(stepper_.current_state().size());
    for (; next_ < t_.size() && t_[next_] <= time; keep(state)) stepper_.calc_state(t_[next_], state);
  }

  void keep(const State& state) {
    const auto middle = state.begin() + static_cast<std::ptrdiff_t>(state.size() / 2);
    solution_.points.t.push_back(t_[next_++]);
    solution_.points.q.insert(solution_.points.q.end(), state.begin(), middle);
    solution_.points.v.insert(solution_.points.v.end(), middle, state.end());
  }

  void end(Outcome outcome, const std::string& why) {
    solution_.outcome = outcome;
    solution_.reason = fmt::format("{} at t = {:.6g}, (q, v) = {::.6g}", why, stepper_.current_time(),
                                   stepper_.current_state());
  }

  const physics::System& system_;
  const std::vector<double>& t_;
  Rate rate_;
  Stepper stepper_;
  std::size_t next_ = 0;  // of the grid's points
  Solution solution_;
};

}  // namespace

Solution solve(const physics::System& system, const Accelerations& accelerations,
               const physics::InitialState& start, const std::vector<double>& t,
               const SolverOptions& options) {
  validate(system, start, t, options);
  return Integration(system, accelerations, start, t, options).run();
}

}  // namespace lnn::rollout
