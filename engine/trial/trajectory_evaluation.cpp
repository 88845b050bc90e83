#include "trial/trajectory_evaluation.h"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "base/names.h"
#include "discrete/backward_error.h"
#include "discrete/diagnostics.h"
#include "discrete/learned_lagrangian.h"
#include "discrete/symmetry.h"
#include "discrete/symmetry_terms.h"
#include "discrete/variational_integrator.h"
#include "trial/rollout_record.h"
#include "trial/trajectory_data.h"

namespace lnn::trial {
namespace {

using discrete::AffineGenerator;
using discrete::DiscreteLagrangian;
using discrete::Points;
using discrete::ReferenceTrajectory;
using store::DataArray;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

std::unique_ptr<DiscreteLagrangian> integrated(const PreparedTrial& trial) {
  if (trial.discrete()) return std::make_unique<discrete::LearnedLagrangian>(trial.network());
  return std::make_unique<discrete::MidpointLearnedLagrangian>(trial.network(),
                                                               trial.config().trajectory.time_step);
}

// A rollout beside the truth. Rows beyond a failure are missing in q.
struct Comparison {
  ReferenceTrajectory truth;
  discrete::RollOut rollout;
  Points v;                       // central differences along the rollout
  Eigen::VectorXd energy;         // as the paper plots it, of the rows of v
  Eigen::VectorXd true_energy;    // likewise
  Eigen::VectorXd momentum;       // as the paper plots it; empty without a known symmetry
  Eigen::VectorXd true_momentum;  // likewise
  Points p;                       // -D_1 L_d along the rollout; empty without learned generators
};

std::vector<AffineGenerator> learned_generators(const PreparedTrial& trial) {
  if (!trial.discrete()) return {};
  return discrete::affine_generators(discrete::generators_of(trial.network()), trial.system().dimension());
}

std::vector<AffineGenerator> first_generators(const PreparedTrial& trial) {
  const int n = trial.system().dimension();
  return discrete::affine_generators(discrete::first_guess(trial.config().symmetry, n), n);
}

// The energy function that the paper plots: the true one of an LNN, else that of the Lagrangian that the
// learned L_d discretizes.
Eigen::VectorXd plotted_energy(const PreparedTrial& trial, const Comparison& comparison) {
  if (!trial.discrete()) return comparison.true_energy;
  const double h = trial.config().trajectory.time_step;
  const auto L = discrete::inverse_modified(discrete::discrete_lagrangian(trial.network()), h);
  return discrete::evaluate(discrete::hamiltonian(discrete::backward_error_corrected(L, h)),
                            comparison.rollout.q, comparison.v);
}

void add_momenta(const PreparedTrial& trial, const DiscreteLagrangian& L_d, Comparison& comparison) {
  const auto known = discrete::generators(discrete::true_symmetries(trial.config().system));
  const auto learned = learned_generators(trial);
  if (!known.empty()) {
    const Points p = discrete::true_momenta(trial.system(), comparison.rollout.q, comparison.v);
    comparison.true_momentum = discrete::momentum_map(known.front(), comparison.rollout.q, p);
    comparison.momentum = comparison.true_momentum;
  }
  if (learned.empty()) return;
  comparison.p = discrete::discrete_momenta(L_d, comparison.rollout.q);
  comparison.momentum = discrete::momentum_map(learned.front(), comparison.rollout.q, comparison.p);
}

Comparison compare(const PreparedTrial& trial, const DiscreteLagrangian& L_d, ReferenceTrajectory truth) {
  Comparison comparison;
  const int steps = static_cast<int>(truth.q.rows()) - 1;
  const discrete::Vector q0 = truth.q.row(0).transpose();
  const discrete::Vector q1 = truth.q.row(1).transpose();
  comparison.rollout = discrete::roll_out(L_d, q0, q1, steps);
  const Eigen::VectorXd v0 = truth.v.row(0).transpose();
  comparison.v = discrete::central_velocities(comparison.rollout.q, trial.config().trajectory.time_step, v0);
  comparison.true_energy = discrete::true_energies(trial.system(), comparison.rollout.q, comparison.v);
  comparison.energy = plotted_energy(trial, comparison);
  add_momenta(trial, L_d, comparison);
  comparison.truth = std::move(truth);
  return comparison;
}

bool completed(const Comparison& comparison) {
  return !comparison.rollout.failure;
}

// |q - q true| of row k.
double distance(const Comparison& comparison, Eigen::Index k) {
  return (comparison.rollout.q.row(k) - comparison.truth.q.row(k)).norm();
}

// Over rows [first, end); NaN when the rollout did not get there.
struct Distances {
  double max = nan;
  double mean = nan;
};
Distances distances(const Comparison& comparison, Eigen::Index first, Eigen::Index end) {
  if (first >= end || comparison.rollout.q.rows() < end) return {};
  Distances result{0, 0};
  for (Eigen::Index k = first; k < end; ++k) {
    result.max = std::max(result.max, distance(comparison, k));
    result.mean += distance(comparison, k) / static_cast<double>(end - first);
  }
  return result;
}

double largest_change(const Comparison& comparison, const Eigen::VectorXd& values) {
  if (!completed(comparison) || values.size() == 0 || !values.allFinite()) return nan;
  return discrete::change_from_start(values).cwiseAbs().maxCoeff();
}

std::vector<double> padded(const Eigen::VectorXd& values, Eigen::Index rows) {
  std::vector<double> all(static_cast<std::size_t>(rows), nan);
  std::copy_n(values.data(), std::min(values.size(), rows), all.begin());
  return all;
}

std::vector<double> padded(const Points& points, Eigen::Index rows) {
  std::vector<double> all(static_cast<std::size_t>(rows * points.cols()), nan);
  std::copy_n(points.data(), std::min(points.size(), rows * points.cols()), all.begin());
  return all;
}

std::string failure_text(const discrete::RollOutFailure& failure) {
  return fmt::format("no point {} ({}, residual {:.3g}, condition number of D_2 D_1 L_d {:.3g})",
                     failure.step, to_name(failure.outcome), failure.residual, failure.condition);
}

store::ArrayGroup arrays(const PreparedTrial& trial, const Comparison& comparison, const std::string& name) {
  const Eigen::Index rows = comparison.truth.q.rows();
  const Eigen::Index n = comparison.truth.q.cols();
  const std::string units = coordinate_units(trial.system());
  const auto line = [&](const char* array, const char* unit, const char* meaning, const Eigen::VectorXd& x) {
    return DataArray{array, unit, meaning, {rows}, padded(x, rows)};
  };
  const auto matrix = [&](const char* array, const std::string& unit, const char* meaning, const Points& x) {
    return DataArray{array, unit, meaning, {rows, n}, padded(x, rows)};
  };
  const auto change = [](const Eigen::VectorXd& x) {
    return x.size() == 0 ? x : discrete::change_from_start(x);
  };
  const Eigen::VectorXd t = Eigen::VectorXd::LinSpaced(
      rows, 0, static_cast<double>(rows - 1) * trial.config().trajectory.time_step);
  const auto& failure = comparison.rollout.failure;
  return {
      "rollouts",
      name,
      {{"outcome", failure ? "no_root" : "completed"},
       {"reason", failure ? failure_text(*failure) : ""},
       {"training_steps", std::to_string(trial.config().trajectory.steps)},
       {"steps", std::to_string(comparison.rollout.q.rows() - 1)}},
      {line("t", "s", "time", t), matrix("q_true", units, "true positions", comparison.truth.q),
       matrix("v_true", units + ", per s", "true velocities", comparison.truth.v),
       matrix("q_model", units, "positions of the learned model", comparison.rollout.q),
       matrix("v_model", units + ", per s", "central differences of q_model; the true one at the start",
              comparison.v),
       line("energy_error", "of the model's energy", "H - H_0 as paper B plots it",
            change(comparison.energy)),
       line("true_energy_error", "of the energy", "true H - H_0", change(comparison.true_energy)),
       line("symmetry_error", "of the momentum map", "I - I_0 as paper B plots it",
            change(comparison.momentum)),
       line("true_symmetry_error", "of the momentum map", "true I - I_0", change(comparison.true_momentum))}};
}

using Metrics = std::map<std::string, store::Metric>;

void add_errors(const PreparedTrial& trial, const Comparison& extended, const Comparison& test,
                Metrics& metrics) {
  const Eigen::Index trained = trial.config().trajectory.steps + 1;
  const Eigen::Index rows = extended.truth.q.rows();
  const Distances recreation = distances(extended, 0, std::min(trained, rows));
  const Distances prediction = distances(extended, trained, rows);
  const char* unit = "of the coordinates";
  metrics["recreation_error"] = {recreation.max, unit, "largest |q - q true| over the training's steps"};
  metrics["prediction_error"] = {prediction.max, unit, "largest |q - q true| beyond the training's steps"};
  metrics["prediction_error_mean"] = {prediction.mean, unit, "mean |q - q true| beyond the training's steps"};
  metrics["test_error"] = {distances(test, 0, test.truth.q.rows()).max, unit,
                           "largest |q - q true| from the test trajectory's start"};
  metrics["rollouts_completed"] = {static_cast<double>(completed(extended) + completed(test)), "1",
                                   "of 2 rollouts, those whose root finder reached the end"};
  metrics["rollout_steps_reached"] = {static_cast<double>(extended.rollout.q.rows() - 1), "1",
                                      "steps of the rollout"};
  metrics["energy_error_max"] = {largest_change(extended, extended.energy), "of the model's energy",
                                 "largest |H - H_0| as paper B plots it"};
  metrics["true_energy_error_max"] = {largest_change(extended, extended.true_energy), "of the energy",
                                      "largest |H - H_0| of the true H"};
  metrics["symmetry_error_max"] = {largest_change(extended, extended.momentum), "of the momentum map",
                                   "largest |I - I_0| as paper B plots it"};
  metrics["true_symmetry_error_max"] = {largest_change(extended, extended.true_momentum),
                                        "of the momentum map", "largest |I - I_0| of the true I"};
}

double largest_angle(const std::vector<AffineGenerator>& left, const std::vector<AffineGenerator>& right) {
  const auto angles = discrete::principal_angles(left, right);
  return angles.empty() ? nan : angles.back();
}

void add_generators(const PreparedTrial& trial, const Comparison& extended, Metrics& metrics) {
  const auto learned = learned_generators(trial);
  if (learned.empty()) return;
  const auto known = discrete::generators(discrete::true_symmetries(trial.config().system));
  metrics["symmetry_angle"] = {largest_angle(learned, known), "rad",
                               "largest principal angle between learned generators and true Lie algebra"};
  metrics["symmetry_shift"] = {largest_angle(learned, first_generators(trial)), "rad",
                               "largest principal angle between learned generators and their first guess"};
  for (std::size_t k = 0; k < learned.size(); ++k) {
    metrics[fmt::format("generator{}_drift", k + 1)] = {
        completed(extended) ? discrete::momentum_drift(learned[k], extended.rollout.q, extended.p) : nan, "1",
        "largest |I - I_0| of the learned generator along the rollout over the largest size of I's terms"};
    const auto add = [&](const std::string& entry, double value) {
      metrics[fmt::format("generator{}_{}", k + 1, entry)] = {value, "1", "of the learned generator (w, M)"};
    };
    for (Eigen::Index i = 0; i < learned[k].w.size(); ++i) {
      add(fmt::format("w{}", i + 1), learned[k].w[i]);
      for (Eigen::Index j = 0; j < learned[k].w.size(); ++j)
        add(fmt::format("M{}{}", i + 1, j + 1), learned[k].M(i, j));
    }
  }
}

void add_eigenvalues(const DiscreteLagrangian& L_d, const ReferenceTrajectory& truth, Metrics& metrics) {
  const discrete::Vector q1 = truth.q.row(1).transpose();
  const discrete::Vector q2 = truth.q.row(2).transpose();
  const auto values = discrete::eigenvalues(L_d.jet(q1, q2).mixed);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string name = fmt::format("mixed_eigenvalue{}", i + 1);
    metrics[name + "_real"] = {values[i].real(), "1", "of D_2 D_1 L_d at the first triple"};
    metrics[name + "_imag"] = {values[i].imag(), "1", "of D_2 D_1 L_d at the first triple"};
  }
}

}  // namespace

Evaluation evaluate_on_trajectories(const PreparedTrial& trial, int steps) {
  const discrete::TrajectoryOptions& options = trial.config().trajectory;
  const std::unique_ptr<DiscreteLagrangian> L_d = integrated(trial);
  const Comparison extended = compare(trial, *L_d, extended_trajectory(trial.system(), options, steps));
  const Comparison test = compare(trial, *L_d, test_trajectory(trial.system(), options));
  Evaluation evaluation;
  add_errors(trial, extended, test, evaluation.metrics);
  add_generators(trial, extended, evaluation.metrics);
  add_eigenvalues(*L_d, extended.truth, evaluation.metrics);
  evaluation.groups = {arrays(trial, extended, "extended"), arrays(trial, test, "test")};
  return evaluation;
}

Evaluation evaluate_from_start(const PreparedTrial& trial, int steps, const physics::InitialState& start) {
  discrete::TrajectoryOptions options = trial.config().trajectory;
  options.steps = steps;
  options.test_q = start.q;
  options.test_v = start.v;
  Evaluation evaluation;
  const Comparison own = compare(trial, *integrated(trial), test_trajectory(trial.system(), options));
  evaluation.groups = {arrays(trial, own, "own")};
  return evaluation;
}

double plateau_passes(const std::vector<double>& degeneracy, int passes_per_epoch) {
  std::vector<std::int64_t> passes;
  for (std::size_t epoch = 1; epoch <= degeneracy.size(); ++epoch)
    passes.push_back(static_cast<std::int64_t>(epoch) * passes_per_epoch);
  const auto length = discrete::plateau_length(passes, degeneracy);
  return length ? static_cast<double>(*length) : nan;
}

void add_plateau(const PreparedTrial& trial, store::TrialRecord& record) {
  const auto column = std::ranges::find(record.history, "train_penalty", &store::Column::name);
  if (!trial.discrete() || column == record.history.end()) return;
  record.metrics["plateau_passes"] = {
      plateau_passes(column->values, trial.config().training.passes_per_epoch), "1",
      "passes until the degeneracy term is below 0.45 for good; NaN: never"};
}

}  // namespace lnn::trial
