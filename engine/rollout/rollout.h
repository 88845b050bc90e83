#pragma once

#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "physics/sampling.h"
#include "physics/system.h"
#include "physics/trajectory.h"
#include "rollout/options.h"
#include "rollout/solver.h"

/// Trajectories of a learned model beside the truth (paper A, section V and its code).
namespace lnn::rollout {

/// The true trajectory of one test. Only the initial state matters, so one is enough for many models.
struct Reference {
  physics::InitialState start;
  physics::Trajectory points;  ///< empty when the true system could not be solved
  std::string failure;         ///< why; empty when it could
  /// First time at which a trajectory that starts 1e-8 beside it (in the first coordinate) is `far` away; NaN
  /// when that does not happen within the grid: the motion is not chaotic, or not for so long.
  double chaos_time = std::numeric_limits<double>::quiet_NaN();
};

/// Distance sum_i |q_i - q_i^true| beyond which two trajectories have parted, in the coordinates' units.
inline constexpr double far = 0.1;

/// Solves the true system with the error-controlled method of physics::reference_trajectory at its default
/// tolerances (1e-10, as published). Throws UserError for a wrong start or grid.
Reference make_reference(const physics::System& system, const physics::InitialState& start,
                         const physics::TimeGrid& grid);

/// References of the system's published tests on the grid of `options`; none when it asks for no tests.
std::vector<Reference> references(const physics::System& system, const Options& options);

struct Rollout {
  Reference reference;
  Solution model;
  std::vector<double> energy_true;   ///< true energy function along the reference
  std::vector<double> energy_model;  ///< true energy function along the model's points
};

/// Rolls a model out from the reference's start.
Rollout roll_out(const physics::System& system, const Accelerations& model, Reference reference,
                 const SolverOptions& options);

/// One test in numbers; NaN where the model's solution is too short or the truth is missing. Errors are over
/// the points that the model reached.
struct Errors {
  double position_mean =
      0;  ///< of e(t) = sum_i |q_i - q_i^true|, angles not wrapped, in the coordinates' units
  double position_max = 0;
  double energy_mean = 0;  ///< of |E(model) - E(true)| / |E(true, t = 0)|
  double energy_max = 0;
  double energy_final = 0;     ///< at the end of the grid; NaN unless completed
  double drift_true = 0;       ///< standard deviation of the energy along the reference, in its unit
  double drift_model = 0;      ///< and along the model's trajectory
  double outside_box = 0;      ///< share of the reference's points outside the training box
  double divergence_time = 0;  ///< first time with e(t) > far; NaN when that never happens
};

/// `q_box`, `v_box`: where the model was trained; angles are wrapped into [0, 2 pi) before they are compared,
/// velocities of a time coordinate (given by a constraint) are not compared.
Errors measure(const physics::System& system, const Rollout& rollout, const physics::Box& q_box,
               const physics::Box& v_box);

}  // namespace lnn::rollout
