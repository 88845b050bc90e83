#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/figures/picture.h"
#include "analysis/figures/study.h"

/// The kinds of figures. A kind looks at one experiment and draws what it has data for.
namespace lnn::figures {

struct Drawn {
  std::vector<Picture> pictures;
  std::string why_not;  ///< where there are none
};

struct FigureKind {
  const char* name;   ///< follows the experiment's name in its files' names
  const char* shows;  ///< for people
  const char* paper;  ///< figures of the papers, or "-"
  Drawn (*draw)(const Study&);
};

/// All kinds, in the order in which they are drawn.
std::span<const FigureKind> figure_kinds();

/// Validation loss and training instability: every seed a point, each arm's median a bar, published values.
Drawn draw_losses(const Study& study);
/// Models of trajectories: error within and beyond the training's steps, as draw_losses() has it.
Drawn draw_prediction(const Study& study);
/// Validation loss and training instability over the penalty's weight lambda, a line for each penalty.
Drawn draw_lambda(const Study& study);
/// Validation loss over epochs, median and range over seeds; where arms are many, a panel for each.
Drawn draw_training(const Study& study);
/// The parts of the instability score: loss and trend, residual, and its deviation by phase of the rate.
Drawn draw_instability(const Study& study);
/// Where det M has the wrong sign, over both angles: a panel for each arm.
Drawn draw_determinant(const Study& study);
/// The same of the worst trial by velocities.
Drawn draw_determinant_velocities(const Study& study);
/// True and learned trajectory of each test of the best trial.
Drawn draw_trajectories(const Study& study);
/// Trajectories of all arms beside the true one, of each arm's best trial.
Drawn draw_methods(const Study& study);
/// The same in the plane, for systems with coordinates x and y.
Drawn draw_orbits(const Study& study);
/// Every seed's trajectories: a row for each test, a column for each coordinate.
Drawn draw_gallery(const Study& study);
/// Relativistic systems: depth z along geodesics.
Drawn draw_depth(const Study& study);
/// Relativistic systems: dt over proper time along geodesics.
Drawn draw_time_dilation(const Study& study);
/// Error of the position over time, a panel for each test.
Drawn draw_position_error(const Study& study);
/// Error of the energy over time, a panel for each test.
Drawn draw_energy_error(const Study& study);
/// Error of the conserved quantity over time, a panel for each test.
Drawn draw_symmetry_error(const Study& study);
/// Change of the true energy along learned motions, where the models have energies of their own.
Drawn draw_true_energy_error(const Study& study);
/// Change of the true momentum map along learned motions.
Drawn draw_true_symmetry_error(const Study& study);
/// Learned Lagrangian and determinant of the mass matrix along a line through state space.
Drawn draw_lagrangian(const Study& study);
/// Diagonal of the learned metric tensor along one coordinate.
Drawn draw_metric(const Study& study);

}  // namespace lnn::figures
