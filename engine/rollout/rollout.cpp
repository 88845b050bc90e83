#include "rollout/rollout.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "base/error.h"

namespace lnn::rollout {
namespace {

using physics::Trajectory;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// e(t) at the points that both have.
std::vector<double> distances(const Trajectory& one, const Trajectory& other, std::size_t n) {
  const std::size_t points = std::min(one.t.size(), other.t.size());
  std::vector<double> result(points, 0.0);
  for (std::size_t k = 0; k < points * n; ++k) result[k / n] += std::abs(one.q[k] - other.q[k]);
  return result;
}

double first_time_beyond(const std::vector<double>& distance, const std::vector<double>& t) {
  const auto found = std::ranges::find_if(distance, [](double value) { return value > far; });
  return found == distance.end() ? nan : t[static_cast<std::size_t>(found - distance.begin())];
}

double chaos_time_of(const physics::System& system, const Reference& reference,
                     const physics::TimeGrid& grid) {
  constexpr double shift = 1e-8;
  physics::InitialState shifted = reference.start;
  shifted.q.front() += shift;
  try {
    const Trajectory beside = physics::reference_trajectory(system, shifted.q, shifted.v, grid);
    return first_time_beyond(distances(reference.points, beside, shifted.q.size()), beside.t);
  } catch (const EnvironmentError&) {
    return nan;
  }
}

std::vector<double> energies(const physics::System& system, const Trajectory& points) {
  const auto n = static_cast<std::size_t>(system.dimension());
  std::vector<double> result;
  for (std::size_t k = 0; k < points.t.size(); ++k)
    result.push_back(
        system.energy(std::span(points.q).subspan(k * n, n), std::span(points.v).subspan(k * n, n)));
  return result;
}

double mean(const std::vector<double>& values) {
  if (values.empty()) return nan;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double largest(const std::vector<double>& values) {
  return values.empty() ? nan : *std::ranges::max_element(values);
}

double deviation(const std::vector<double>& values) {
  const double center = mean(values);
  std::vector<double> squares;
  for (const double value : values) squares.push_back((value - center) * (value - center));
  return std::sqrt(mean(squares));
}

std::vector<double> energy_errors(const Rollout& rollout) {
  const std::size_t points = std::min(rollout.energy_true.size(), rollout.energy_model.size());
  std::vector<double> errors;
  for (std::size_t k = 0; k < points; ++k)
    errors.push_back(std::abs(rollout.energy_model[k] - rollout.energy_true[k]) /
                     std::abs(rollout.energy_true.front()));
  return errors;
}

bool inside(double value, const physics::Interval& interval) {
  return value >= interval.low && value <= interval.high;
}

double outside_share(const physics::System& system, const Trajectory& points, const physics::Box& q_box,
                     const physics::Box& v_box) {
  if (points.t.empty()) return nan;
  constexpr double full_turn = 2 * std::numbers::pi;
  const auto n = static_cast<std::size_t>(system.dimension());
  std::size_t outside = 0;
  for (std::size_t k = 0; k < points.t.size(); ++k) {
    bool in_box = true;
    for (std::size_t i = 0; i < n; ++i) {
      const physics::Coordinate& coordinate = system.coordinates()[i];
      double q = points.q[k * n + i];
      if (coordinate.angle) q -= full_turn * std::floor(q / full_turn);
      in_box = in_box && inside(q, q_box[i]) && (coordinate.time || inside(points.v[k * n + i], v_box[i]));
    }
    outside += in_box ? 0 : 1;
  }
  return static_cast<double>(outside) / static_cast<double>(points.t.size());
}

}  // namespace

Reference make_reference(const physics::System& system, const physics::InitialState& start,
                         const physics::TimeGrid& grid) {
  Reference reference{.start = start, .points = {}, .failure = {}};
  try {
    reference.points = physics::reference_trajectory(system, start.q, start.v, grid);
    reference.chaos_time = chaos_time_of(system, reference, grid);
  } catch (const EnvironmentError& error) {
    reference.failure = error.what();
  }
  return reference;
}

std::vector<Reference> references(const physics::System& system, const Options& options) {
  std::vector<Reference> result;
  if (options.tests == Tests::none) return result;
  for (const auto& start : physics::published_rollout_tests(system).initial_states)
    result.push_back(make_reference(system, start, options.grid));
  return result;
}

Rollout roll_out(const physics::System& system, const Accelerations& model, Reference reference,
                 const SolverOptions& options) {
  Rollout rollout;
  rollout.reference = std::move(reference);
  const Trajectory& truth = rollout.reference.points;
  rollout.model = solve(system, model, rollout.reference.start,
                        truth.t.empty() ? std::vector<double>{0.0} : truth.t, options);
  rollout.energy_true = energies(system, truth);
  rollout.energy_model = energies(system, rollout.model.points);
  return rollout;
}

Errors measure(const physics::System& system, const Rollout& rollout, const physics::Box& q_box,
               const physics::Box& v_box) {
  const Trajectory& truth = rollout.reference.points;
  const auto distance = distances(truth, rollout.model.points, static_cast<std::size_t>(system.dimension()));
  const auto energy = energy_errors(rollout);
  const bool completed = rollout.model.outcome == Outcome::completed && !energy.empty();
  return {.position_mean = mean(distance),
          .position_max = largest(distance),
          .energy_mean = mean(energy),
          .energy_max = largest(energy),
          .energy_final = completed ? energy.back() : nan,
          .drift_true = deviation(rollout.energy_true),
          .drift_model = deviation(rollout.energy_model),
          .outside_box = outside_share(system, truth, q_box, v_box),
          .divergence_time = first_time_beyond(distance, truth.t)};
}

}  // namespace lnn::rollout
