#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/planned_trial.h"
#include "experiment/trial_config.h"

/// Experiment files: one ablation of a paper, written by a person (format: experiments/README.md, `lnn-sweep
/// schema`).
namespace lnn::experiment {

/// A parsed and validated experiment file. Json members keep the file's own form.
struct ExperimentFile {
  std::filesystem::path path;
  std::string name;
  Json text;  ///< the whole file, comments removed
};

/// Reads and checks one file (JSON with // and /* */ comments).
/// Throws UserError for a missing file, bad JSON (with line and column), unknown keys, wrong types and
/// impossible values; EnvironmentError when the file cannot be read.
ExperimentFile load_experiment(const std::filesystem::path& path);
/// The same from text; `path` is only used in messages.
ExperimentFile parse_experiment(const std::string& text, const std::filesystem::path& path);

/// All trials of a file at a scale: cases outermost, then zip, grid, and seeds innermost. `scale` is "smoke",
/// "desk" or "paper" when the file defines it; a file without scales is the same at each. `overrides` come
/// last
/// (`--set key=value`): they win over everything, and `network.seed` replaces the list of seeds.
/// Throws UserError for an unknown scale (with those there are), when no trial is left, two arms resolve to
/// the same trial, a swept key is never read, or an override names a swept key.
std::vector<PlannedTrial> expand(const ExperimentFile& file, const std::string& scale,
                                 const Json& overrides = Json::object());

}  // namespace lnn::experiment
