#include "analysis/figures/kinds.h"

#include <array>

namespace lnn::figures {
namespace {

constexpr std::array kinds{
    FigureKind{"loss", "validation loss and training instability of every arm and seed",
               "A 1, 2, 3, 5, 15, 16; Tables 1, 2", draw_losses},
    FigureKind{"prediction", "errors of predicted trajectories of every arm and seed", "B 2, 3, 6",
               draw_prediction},
    FigureKind{"lambda", "loss and instability over the penalty's weight", "A 1, 15, 16", draw_lambda},
    FigureKind{"training", "loss over epochs", "A 9, 17", draw_training},
    FigureKind{"instability", "anatomy of the instability score", "A appendix B", draw_instability},
    FigureKind{"determinant", "where det M has the wrong sign", "A 4", draw_determinant},
    FigureKind{"determinant_velocities", "the same of the worst trial, by velocities", "A 4",
               draw_determinant_velocities},
    FigureKind{"rollout", "true and learned trajectories of the best trial", "A 10, 13", draw_trajectories},
    FigureKind{"methods", "trajectories of all arms beside the true one", "A 13; B 2, 3, 6", draw_methods},
    FigureKind{"orbit", "the same in the plane", "B 3, 6", draw_orbits},
    FigureKind{"gallery", "trajectories of all seeds and tests", "-", draw_gallery},
    FigureKind{"depth", "z along geodesics", "A 13", draw_depth},
    FigureKind{"time_dilation", "dt over proper time along geodesics", "A 14", draw_time_dilation},
    FigureKind{"position", "error of the position over time", "-", draw_position_error},
    FigureKind{"energy", "error of the energy over time", "A 26; B 4, 5, 7", draw_energy_error},
    FigureKind{"symmetry", "error of the conserved quantity over time", "B 4, 5, 7", draw_symmetry_error},
    FigureKind{"true_energy", "change of the true energy, where models have their own", "-",
               draw_true_energy_error},
    FigureKind{"true_symmetry", "change of the true conserved quantity, likewise", "-",
               draw_true_symmetry_error},
    FigureKind{"lagrangian", "learned Lagrangian and det M beside the true ones", "A 6, 19", draw_lagrangian},
    FigureKind{"metric", "learned metric tensor beside the true one", "-", draw_metric},
};

}  // namespace

std::span<const FigureKind> figure_kinds() {
  return kinds;
}

}  // namespace lnn::figures
