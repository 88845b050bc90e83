#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/runs.h"
#include "base/names.h"

/// Runs as flat, tidy files for other programs.
namespace lnn::analysis {

enum class ExportFormat { csv, json };

struct ExportOptions {
  std::filesystem::path folder;  ///< made when it is not there; its older exports are replaced
  ExportFormat format = ExportFormat::csv;
  bool rollouts = false;  ///< also the stored trajectories
};

struct Exported {
  std::vector<std::filesystem::path> files;
  std::size_t rows = 0;               ///< of the trials file
  std::vector<std::string> problems;  ///< trial files that were left out, and why
  std::vector<std::string> warnings;  ///< in what the origins of the trials differ, over all runs
};

/// Writes, for all runs together:
///
///   trials    one row per run, experiment, arm and seed: run, experiment, scale, label, id, seed, outcome
///             ("damaged": unreadable file, "missing": no file yet), reason, attempts, cost (estimated
///             floating-point operations), case, every setting ("network.activation"), every metric, and
///             "provenance.<fact>"
///   epochs    one row per run, trial and epoch (one-based, `epoch`): run, id and every column of the history
///   rollouts  one row per run, trial, test and time (on request): run, id, test, and the trajectory's
///   arrays;
///             an array of several coordinates becomes name_1, name_2, ...
///   columns   unit and meaning of metrics, history and rollout columns
///
/// CSV: RFC 4180 quoting, "\n" line ends, UTF-8; an empty field is "there is none", and nan and inf are
/// numbers that a trial reported. Numbers have all their digits.
///
/// JSON: a list of objects, one a line; nothing is null, and so are nan and inf, which JSON cannot say. To
/// stay small, epochs.json and rollouts.json hold one object per trial (and test) with a list per column.
///
/// Every file appears whole or not at all. Throws EnvironmentError when a file cannot be written; a trial
/// whose file is damaged is left out of epochs and rollouts and named in `problems`.
Exported export_runs(std::span<const RunResults> runs, const ExportOptions& options);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::ExportFormat> {
  using E = analysis::ExportFormat;
  static constexpr const char* what = "--format";
  static constexpr std::array table{std::pair{E::csv, "csv"}, std::pair{E::json, "json"}};
};
}  // namespace lnn
