#pragma once

#include <array>
#include <span>
#include <vector>

#include "learned/model.h"
#include "physics/sampling.h"
#include "store/trial_record.h"

/// Where the learned mass matrix has a determinant of the wrong sign: the test of paper A's figure 4 (section
/// IV.6), for systems of two angles. Networks tend to fail near the edge of their training box.
namespace lnn::learned {

/// True for two coordinates that are angles without bounds: the double pendulum, not the sphere.
bool has_two_free_angles(const physics::System& system);

/// A square grid of angles, seen once for each of nine pairs of velocities.
struct SignatureGrid {
  static constexpr int panels = 9;
  std::vector<double> angles;                         ///< [rad], of both coordinates
  std::array<std::array<double, 3>, 2> velocities{};  ///< [rad/s], of each coordinate: least, 0, greatest

  std::size_t points() const { return angles.size() * angles.size(); }
};

/// Figure 4's grid: 100 angles from 0 to 2 pi, both included; velocities at the edges of the training box and
/// 0. Precondition: two intervals.
SignatureGrid published_signature_grid(const physics::Box& v_box);

/// The states of panel 3 i + j, which has velocity i of the first coordinate and velocity j of the second;
/// row-major in the two angles.
States panel_states(const SignatureGrid& grid, int panel);

struct SignatureMap {
  std::vector<double> wrong;  ///< [angles][angles]: sum of 2^panel over the panels that are wrong there
  double share = 0;           ///< of wrong points among all
  /// The same over the edge: points with an angle within pi/10 of 0 or 2 pi, in the four panels that have no
  /// velocity 0. NaN without such points.
  double edge_share = 0;
};

/// `learned`: det M of each point, one vector per panel; `truth`: det M of each point, which no velocity
/// changes. A point is wrong unless both are on one
/// side of zero; a determinant that is not finite is wrong, too, and makes the shares NaN.
SignatureMap compare_signs(const SignatureGrid& grid, const std::vector<std::vector<double>>& learned,
                           const std::vector<double>& truth);

/// det M of each 2 x 2 matrix, row-major [samples][2][2].
std::vector<double> determinants(std::span<const double> mass);

/// Asks the model at every point of every panel. Precondition: has_two_free_angles(system).
SignatureMap signature_map(const Model& model, const physics::System& system, const SignatureGrid& grid);

/// The map as /learned/signature.
store::ArrayGroup signature_group(const physics::System& system, const SignatureGrid& grid,
                                  const SignatureMap& map);

}  // namespace lnn::learned
