#pragma once

#include <cstddef>
#include <optional>

#include "learned/lagrangian_fit.h"
#include "learned/model.h"
#include "physics/sampling.h"
#include "store/trial_record.h"

/// Lines through state space along which figures show what was learned beside the truth.
namespace lnn::learned {

/// True when L has no potential at any of the positions: M is then the metric tensor of a geodesic motion.
bool is_geodesic(const physics::System& system, const States& states);

/// The coordinate whose chart has an edge, on which the metric of the papers' geodesics depends: theta of the
/// sphere, z of AdS. Nothing when there is none.
std::optional<std::size_t> profile_coordinate(const physics::System& system);

/// /learned/metric_tensor: learned metric divided by `scale` beside the true one, at 60 points over the
/// training interval of the profile coordinate (spaced as it is drawn: log-uniformly for z), the others in
/// the middle of theirs, at rest: no velocity but the one that the constraint demands (t' of AdS).
/// Precondition: the system has a profile coordinate.
store::ArrayGroup metric_profile(const Model& model, const physics::System& system, const physics::Box& q_box,
                                 double scale);

/// /learned/lagrangian: (L_even - b)/c and det M / mass_scale^2 beside the true ones (paper A, figures 6 and
/// 19), at 60 values of the second angle from 0 to 2 pi, the first angle at pi and both velocities at half of
/// their greatest training value, where potential, kinetic and coupling energy are of one size.
/// Precondition: has_two_free_angles(system).
store::ArrayGroup lagrangian_slice(const Model& model, const physics::System& system,
                                   const physics::Box& v_box, const LagrangianFit& fit, double mass_scale);

/// Unit of a system's Lagrangian: "J", or "1" for a Lorentzian one.
const char* lagrangian_unit(const physics::System& system);

}  // namespace lnn::learned
