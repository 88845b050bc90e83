#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/table.h"
#include "experiment/file_format.h"

/// Tables that no experiment file defines: any grouping of any run.
namespace lnn::analysis {

struct TableQuery {
  std::vector<std::string> group_by;  ///< keys; when empty all swept keys that differ among the trials
  std::vector<std::string> metrics;   ///< when empty best_val_total
  /// Only trials in which the key has this value (value_text). A key that is named twice allows both values.
  std::vector<std::pair<std::string, std::string>> where;
};

/// One table of the run's trials. A key is any setting ("network.width", or "width" where that is clear),
/// "case", "experiment", "arm" (its label), or "provenance.<name>". A trial that several experiments share
/// counts once, unless a key names the experiment, arm or case.
/// Throws UserError for a key, value or metric that no trial has, naming what there is.
Table query_table(const RunResults& run, const TableQuery& query);

/// The metrics that some trial of the runs has, by name.
std::vector<experiment::MetricName> metrics_of(std::span<const RunResults> runs);

}  // namespace lnn::analysis
