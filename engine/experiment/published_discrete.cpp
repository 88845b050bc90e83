#include "experiment/published_discrete.h"

#include "discrete/published_trajectories.h"

namespace lnn::experiment {
namespace {

using discrete::PublishedTrajectories;

// Any motion, for systems without a known one.
PublishedTrajectories some_trajectories(const physics::System& system) {
  const auto n = static_cast<std::size_t>(system.dimension());
  const physics::InitialState training{std::vector<double>(n, 0.5), std::vector<double>(n, 0.1)};
  const physics::InitialState test{std::vector<double>(n, 0.4), std::vector<double>(n, 0.2)};
  return {training, test, {.h = 0.05, .steps = 100}, 200};
}

// As the code has it; the text prints M = 0.1 throughout.
void add_cart_guess(PublishedDiscrete& published) {
  published.has_guess = true;
  published.w = {1.5, 0.5};
  published.M = {-0.1, 0.1, -0.1, 0.1};
  published.test_points = {-1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0};
}

void add_kepler_guess(PublishedDiscrete& published) {
  constexpr double root_half = 0.70710678118654752440;
  published.has_guess = true;
  published.w = {0.1, 0.1};
  published.M = {0.1, 0.1 + root_half, 0.1 - root_half, 0.1};
  published.test_points = {-1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0};
}

}  // namespace

PublishedDiscrete published_discrete(const physics::System& system) {
  const auto [training, test, grid, total_steps] = discrete::has_published_trajectories(system)
                                                       ? discrete::published_trajectories(system)
                                                       : some_trajectories(system);
  const std::vector<double> none(static_cast<std::size_t>(system.dimension()), 0.0);
  PublishedDiscrete published;
  published.trajectory.q = training.q;
  published.trajectory.v = training.v;
  published.trajectory.q_spread = none;
  published.trajectory.v_spread = none;
  published.trajectory.steps = grid.steps;
  published.trajectory.time_step = grid.h;
  published.trajectory.substeps = grid.substeps;
  published.trajectory.test_q = test.q;
  published.trajectory.test_v = test.v;
  published.extended_steps = total_steps;
  if (system.name() == "cart_pendulum") add_cart_guess(published);
  if (system.name() == "kepler") add_kepler_guess(published);
  return published;
}

}  // namespace lnn::experiment
