#pragma once

#include <string>
#include <vector>

#include "analysis/figures/picture.h"
#include "analysis/figures/study.h"

/// What a trial's rollouts hold, for all figures of trajectories.
namespace lnn::figures {

struct NamedUnit {
  std::string name;
  std::string unit;
};

/// One trajectory of a model beside the true one, in physical units.
struct Rollout {
  std::string test;  ///< "1", "2", ...; of models of trajectories "extended" (beyond the training) or "test"
  std::string outcome;    ///< "completed", or why the solver stopped
  double chaos_time = 0;  ///< s; NaN when true trajectories 1e-8 apart stay together
  std::vector<NamedUnit> coordinates;
  Numbers t;
  std::vector<Numbers> q_true, q_model;  ///< [coordinate][time]; the model's are NaN once its solver stopped
  std::vector<Numbers> v_true, v_model;  ///< empty where they are not stored
  Numbers energy_error;                  ///< relative to the true energy at the start, or as stored
  bool own_energy = false;  ///< the energy is the model's own (paper B), and its error is H - H(0)
  Numbers symmetry_error;   ///< change of the conserved quantity; empty where the system has none
  /// The same of the true energy and momentum map along a model's motion, where its own are shown above.
  Numbers true_energy_error, true_symmetry_error;
  std::size_t training_steps =
      0;  ///< how far the data reach that the model learned from; 0: not along this motion

  /// sum_i |q_i - q_i true| over time: the papers' position error, in the coordinates' unit.
  Numbers position_error() const;
  /// "; the solver stopped at t = 3: left domain", or nothing.
  std::string stop_text() const;
};

/// All rollouts of a trial in the file's order; of a long one every second, third ... point, 1500 at most.
/// Throws EnvironmentError for arrays of unexpected shapes.
std::vector<Rollout> read_rollouts(const StudyTrial& trial);

/// The coordinates' unit: "rad", or "m + rad" where they differ.
std::string units_of(const Rollout& rollout);

/// "test 1", or what the motion is where it has a name.
std::string test_title(const Rollout& rollout);

/// "time [s]", or "proper time τ".
std::string time_label(const StudyTrial& trial);

/// A vertical line where true trajectories 1e-8 apart have parted, if they do.
void add_chaos_time(Picture& picture, Panel& panel, const Rollout& rollout, Limits limits);

/// A vertical line where the data end that the model learned from, if they begin like this motion.
void add_training_end(Picture& picture, Panel& panel, const Rollout& rollout, Limits limits);

/// An axis of time that ends with the data.
Settings time_axis(const Numbers& t, int tics);

}  // namespace lnn::figures
