#include "learned/signature.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "base/error.h"
#include "learned/truth.h"

namespace lnn::learned {
namespace {

constexpr double turn = 2 * std::numbers::pi;

bool is_free_angle(const physics::Coordinate& coordinate) {
  return coordinate.angle && std::isinf(coordinate.low) && std::isinf(coordinate.high);
}

// Counts wrong points; undefined once a determinant was not finite.
class Share {
 public:
  void add(double learned, bool wrong) {
    ++points_;
    if (wrong) ++wrong_;
    defined_ = defined_ && std::isfinite(learned);
  }
  double value() const {
    if (!defined_ || points_ == 0) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(wrong_) / static_cast<double>(points_);
  }

 private:
  std::int64_t points_ = 0;
  std::int64_t wrong_ = 0;
  bool defined_ = true;
};

bool is_wrong(double learned, double truth) {
  return !(learned > 0 && truth > 0) && !(learned < 0 && truth < 0);
}

bool near_the_seam(double angle) {
  constexpr double margin = std::numbers::pi / 10;
  return angle <= margin || angle >= turn - margin;
}

bool on_the_edge(const SignatureGrid& grid, int panel, std::size_t point) {
  const std::size_t side = grid.angles.size();
  const bool fast = panel / 3 != 1 && panel % 3 != 1;
  return fast && (near_the_seam(grid.angles[point / side]) || near_the_seam(grid.angles[point % side]));
}

}  // namespace

bool has_two_free_angles(const physics::System& system) {
  return system.dimension() == 2 && std::ranges::all_of(system.coordinates(), is_free_angle);
}

SignatureGrid published_signature_grid(const physics::Box& v_box) {
  invariant(v_box.size() == 2, "a signature grid has two coordinates");
  constexpr int count = 100;
  SignatureGrid grid;
  for (int k = 0; k < count; ++k) grid.angles.push_back(turn * k / (count - 1));
  for (std::size_t i = 0; i < 2; ++i) grid.velocities[i] = {v_box[i].low, 0, v_box[i].high};
  return grid;
}

States panel_states(const SignatureGrid& grid, int panel) {
  const double velocity1 = grid.velocities[0][static_cast<std::size_t>(panel / 3)];
  const double velocity2 = grid.velocities[1][static_cast<std::size_t>(panel % 3)];
  States states{2, {}, {}};
  for (const double theta1 : grid.angles) {
    for (const double theta2 : grid.angles) {
      states.q.insert(states.q.end(), {theta1, theta2});
      states.v.insert(states.v.end(), {velocity1, velocity2});
    }
  }
  return states;
}

SignatureMap compare_signs(const SignatureGrid& grid, const std::vector<std::vector<double>>& learned,
                           const std::vector<double>& truth) {
  SignatureMap map;
  map.wrong.assign(grid.points(), 0);
  Share all;
  Share edge;
  for (int panel = 0; panel < SignatureGrid::panels; ++panel) {
    for (std::size_t point = 0; point < grid.points(); ++point) {
      const double determinant = learned.at(static_cast<std::size_t>(panel)).at(point);
      const bool wrong = is_wrong(determinant, truth.at(point));
      if (wrong) map.wrong[point] += std::ldexp(1.0, panel);
      all.add(determinant, wrong);
      if (on_the_edge(grid, panel, point)) edge.add(determinant, wrong);
    }
  }
  map.share = all.value();
  map.edge_share = edge.value();
  return map;
}

std::vector<double> determinants(std::span<const double> mass) {
  std::vector<double> result;
  for (std::size_t k = 0; k < mass.size(); k += 4)
    result.push_back(mass[k] * mass[k + 3] - mass[k + 1] * mass[k + 2]);
  return result;
}

SignatureMap signature_map(const Model& model, const physics::System& system, const SignatureGrid& grid) {
  std::vector<std::vector<double>> learned;
  for (int panel = 0; panel < SignatureGrid::panels; ++panel) {
    learned.push_back(determinants(model.respond(panel_states(grid, panel)).mass));
  }
  return compare_signs(grid, learned, determinants(true_mass(system, panel_states(grid, 0))));
}

store::ArrayGroup signature_group(const physics::System& system, const SignatureGrid& grid,
                                  const SignatureMap& map) {
  const auto side = static_cast<std::int64_t>(grid.angles.size());
  store::ArrayGroup group{"learned", "signature", {}, {}};
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string& name = system.coordinates()[i].name;
    const auto& v = grid.velocities[i];
    group.facts["velocities_" + name] = fmt::format("{} rad/s, {} rad/s, {} rad/s", v[0], v[1], v[2]);
    group.arrays.push_back(
        {name, "rad", "angle along axis " + std::to_string(i) + " of 'wrong'", {side}, grid.angles});
  }
  group.facts["panels"] = fmt::format("panel 3 i + j has velocity i of {} and velocity j of {}, from 0",
                                      system.coordinates()[0].name, system.coordinates()[1].name);
  group.arrays.push_back({"wrong",
                          "1",
                          "sum of 2^panel over the panels where det M has the wrong sign",
                          {side, side},
                          map.wrong,
                          true});
  return group;
}

}  // namespace lnn::learned
