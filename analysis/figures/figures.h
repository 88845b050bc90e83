#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/figures/gnuplot.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/sources.h"

/// Figures of one or several runs: which apply, and their files.
namespace lnn::figures {

struct FiguresOptions {
  std::filesystem::path out;
  std::vector<PictureFormat> formats{PictureFormat::svg};
  std::vector<std::string> only{};  ///< kinds, experiments or figures; all when empty
};

/// A kind of figure of an experiment.
struct Applied {
  std::string experiment;
  FigureKind kind;
  std::vector<std::string> names;  ///< its figures
  std::string why_not;             ///< where there are none
};

struct FiguresReport {
  std::vector<Applied> applied;              ///< every kind of every experiment that `only` allows
  std::vector<std::filesystem::path> files;  ///< pictures that were drawn
};

/// What could be drawn; writes nothing. Throws UserError for an entry of `only` that is neither a kind nor an
/// experiment nor a figure.
FiguresReport list_figures(const Sources& sources, const FiguresOptions& options);

/// Writes a script and a data file for each figure, then lets gnuplot draw all of them. Throws as
/// list_figures(), and EnvironmentError when the folder cannot be written or gnuplot does not work; scripts
/// and data are then already there.
FiguresReport draw_figures(const Sources& sources, const FiguresOptions& options);

}  // namespace lnn::figures
