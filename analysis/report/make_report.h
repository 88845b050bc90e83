#pragma once

#include "analysis/report/report.h"

/// From runs to what the page says of them.
namespace lnn::analysis::report {

struct ReportOptions {
  bool figures = true;               ///< they take longest and need gnuplot
  std::size_t most_trials = 20'000;  ///< with figures: they hold every history and trajectory of an
                                     ///< experiment in memory, 10,000 trials of 300 epochs 0.5 GB
};

/// Judges claims, fills tables and draws figures; runs of one scale are pooled. Trials that could not be read
/// and figures that could not be drawn are named in `problems`, in what the runs' origins differ in
/// `warnings`. Runs of too many trials get no figures; page and warnings say so and name the command that
/// draws them.
/// Throws UserError when an arm has different settings in two runs.
Report make_report(LoadedRuns loaded, const ReportOptions& options);

}  // namespace lnn::analysis::report
