#pragma once

#include <array>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"
#include "physics/system.h"
#include "physics/trajectory.h"

/// Trajectories of equations of motion that may be wrong: a learned model can leave the chart, blow up or
/// stand still, and each of these is an outcome.
namespace lnn::rollout {

/// How a solution ended.
enum class Outcome {
  completed,      ///< reached the end of the grid
  left_domain,    ///< a coordinate left its chart: r <= 0, z <= 0, a pole (physics::Coordinate low and high)
  blew_up,        ///< a state stopped being finite
  step_limit,     ///< more steps than allowed
  step_collapse,  ///< no step is small enough for the tolerances
};

struct SolverOptions {
  physics::Tolerances tolerances{1e-8, 1e-6};
  int max_steps = 20000;  ///< accepted and rejected ones together; at least 1
};

/// Writes the accelerations at (q, v), n values each.
using Accelerations =
    std::function<void(std::span<const double> q, std::span<const double> v, std::span<double> a)>;

struct Solution {
  physics::Trajectory points;  ///< at the grid's times, as far as the solution got; the start is always there
  Outcome outcome = Outcome::completed;
  std::string reason;       ///< for people, with time and state; empty when completed
  double time_reached = 0;  ///< [s]: the end of the grid when completed
  long steps = 0;           ///< accepted and rejected ones
};

/// Integrates from `start` over the times `t` (ascending, first = start's) with the adaptive Runge-Kutta
/// method of order 5(4) of Dormand and Prince, whose dense output gives the states at those times (paper A,
/// section V and its code, which cuts the time into 15 pieces; this does not). Angles are wrapped into [0, 2
/// pi) only inside the right-hand side; the solution itself keeps growing. Throws UserError for tolerances or
/// a limit that are not positive, or a start of the wrong size; a failing solution is no error.
Solution solve(const physics::System& system, const Accelerations& accelerations,
               const physics::InitialState& start, const std::vector<double>& t,
               const SolverOptions& options);

}  // namespace lnn::rollout

namespace lnn {
template <>
struct EnumNames<rollout::Outcome> {
  using E = rollout::Outcome;
  static constexpr const char* what = "rollout outcome";
  static constexpr std::array table{std::pair{E::completed, "completed"},
                                    std::pair{E::left_domain, "left_domain"},
                                    std::pair{E::blew_up, "blew_up"}, std::pair{E::step_limit, "step_limit"},
                                    std::pair{E::step_collapse, "step_collapse"}};
};
}  // namespace lnn
