#pragma once

#include "analysis/report/report.h"

/// From runs to what the page says of them.
namespace lnn::analysis::report {

struct ReportOptions {
  bool figures = true;  ///< they take longest and need gnuplot
};

/// Judges claims, fills tables and draws figures; runs of one scale are pooled. Trials that could not be read
/// and figures that could not be drawn are named in `problems`, in what the runs' origins differ in
/// `warnings`. Runs of more than 2,000 trials get no figures, which would take minutes: a warning says so.
/// Throws UserError when an arm has different settings in two runs.
Report make_report(LoadedRuns loaded, const ReportOptions& options);

}  // namespace lnn::analysis::report
