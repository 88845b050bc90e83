#include "learned/profiles.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.h"
#include "learned/signature.h"
#include "learned/truth.h"

namespace lnn::learned {
namespace {

constexpr int points = 60;

// The point that divides an interval in the ratio share : 1 - share, geometrically if it is drawn so.
double point_at(const physics::Interval& interval, double share) {
  if (interval.logarithmic) return interval.low * std::pow(interval.high / interval.low, share);
  return interval.low + (interval.high - interval.low) * share;
}

// Positions in the middle of the box but for one coordinate, which runs through its interval.
States at_rest_along(const physics::System& system, const physics::Box& q_box, std::size_t running) {
  States states{system.dimension(), {}, {}};
  for (int k = 0; k < points; ++k) {
    std::vector<double> q;
    for (const physics::Interval& interval : q_box) q.push_back(point_at(interval, 0.5));
    q[running] = point_at(q_box[running], static_cast<double>(k) / (points - 1));
    std::vector<double> v(q.size(), 0.0);
    system.apply_constraint(q, v);
    states.q.insert(states.q.end(), q.begin(), q.end());
    states.v.insert(states.v.end(), v.begin(), v.end());
  }
  return states;
}

std::vector<double> column(const std::vector<double>& rows, std::size_t width, std::size_t index) {
  std::vector<double> values;
  for (std::size_t k = index; k < rows.size(); k += width) values.push_back(rows[k]);
  return values;
}

std::string joined(const std::vector<physics::Coordinate>& coordinates,
                   std::string physics::Coordinate::*member) {
  std::string all;
  for (const physics::Coordinate& coordinate : coordinates)
    all += (all.empty() ? "" : ", ") + coordinate.*member;
  return all;
}

std::vector<double> divided(std::vector<double> values, double divisor) {
  for (double& value : values) value /= divisor;
  return values;
}

}  // namespace

bool is_geodesic(const physics::System& system, const States& states) {
  const auto n = static_cast<std::size_t>(states.n);
  const std::vector<double> rest(n, 0.0);
  for (std::size_t first = 0; first < states.q.size(); first += n) {
    if (system.lagrangian(std::span(states.q).subspan(first, n), rest) != 0) return false;
  }
  return true;
}

std::optional<std::size_t> profile_coordinate(const physics::System& system) {
  const auto& coordinates = system.coordinates();
  const auto found = std::ranges::find_if(
      coordinates, [](const physics::Coordinate& coordinate) { return std::isfinite(coordinate.low); });
  if (found == coordinates.end()) return std::nullopt;
  return static_cast<std::size_t>(found - coordinates.begin());
}

const char* lagrangian_unit(const physics::System& system) {
  return system.lorentzian() ? "1" : "J";
}

store::ArrayGroup metric_profile(const Model& model, const physics::System& system, const physics::Box& q_box,
                                 double scale) {
  const std::size_t running = profile_coordinate(system).value();
  const physics::Coordinate& coordinate = system.coordinates()[running];
  const States states = at_rest_along(system, q_box, running);
  const std::int64_t n = states.n;
  // Both coordinates of the sphere are angles, so that all elements have one unit.
  const char* unit = system.lorentzian() ? "1" : "kg m^2";
  return {"learned",
          "metric_tensor",
          {{"coordinates", joined(system.coordinates(), &physics::Coordinate::name)},
           {"coordinate_units", joined(system.coordinates(), &physics::Coordinate::unit)},
           {"states", "other coordinates in the middle of the training box, at rest"},
           {"scale", fmt::format("{}", scale)}},
          {{coordinate.name,
            coordinate.unit,
            "where the metric is shown",
            {points},
            column(states.q, static_cast<std::size_t>(n), running)},
           {"g",
            unit,
            "learned mass matrix d2L/dv_i dv_j divided by mass_matrix_scale",
            {points, n, n},
            divided(model.respond(states).mass, scale)},
           {"g_true", unit, "true metric tensor g_ij", {points, n, n}, true_mass(system, states)}}};
}

store::ArrayGroup lagrangian_slice(const Model& model, const physics::System& system,
                                   const physics::Box& v_box, const LagrangianFit& fit, double mass_scale) {
  const double velocity1 = v_box[0].high / 2;
  const double velocity2 = v_box[1].high / 2;
  States states{2, {}, {}};
  for (int k = 0; k < points; ++k) {
    states.q.insert(states.q.end(), {std::numbers::pi, 2 * std::numbers::pi * k / (points - 1)});
    states.v.insert(states.v.end(), {velocity1, velocity2});
  }
  const Response learned = model.respond(states);
  const Response truth = true_response(system, states);
  std::vector<double> lagrangian = even_part(learned.lagrangian, model.respond(reversed(states)).lagrangian);
  for (double& value : lagrangian) value = (value - fit.offset) / fit.scale;
  const auto& coordinates = system.coordinates();
  return {
      "learned",
      "lagrangian",
      {{coordinates[0].name, "pi rad"},
       {"velocity_" + coordinates[0].name, fmt::format("{} rad/s", velocity1)},
       {"velocity_" + coordinates[1].name, fmt::format("{} rad/s", velocity2)}},
      {{coordinates[1].name, "rad", "second angle", {points}, column(states.q, 2, 1)},
       {"lagrangian",
        "J",
        "learned Lagrangian: part even in the velocities, less its offset, over lagrangian_scale",
        {points},
        std::move(lagrangian)},
       {"lagrangian_true", "J", "true Lagrangian", {points}, truth.lagrangian},
       {"determinant",
        "kg^2 m^4",
        "det of the learned mass matrix over mass_matrix_scale",
        {points},
        divided(determinants(learned.mass), mass_scale * mass_scale)},
       {"determinant_true", "kg^2 m^4", "det of the true mass matrix", {points}, determinants(truth.mass)}}};
}

}  // namespace lnn::learned
