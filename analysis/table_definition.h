#pragma once

#include <map>
#include <string>
#include <vector>

#include "experiment/plan.h"

/// What a table shows, as the `tables` of an experiment file say (format: experiments/README.md).
namespace lnn::analysis {

using experiment::Json;

/// Row keys and values as text, e.g. {"network.activation": "gelu"}. One arm or a group of arms.
using Group = std::map<std::string, std::string>;

/// Texts as they are, numbers in their shortest form (1 and 1.0 are both "1"), lists as "[0, 2pi]". Two
/// values are the same value of a swept key exactly when their texts are equal.
std::string value_text(const Json& value);

struct ColumnDefinition {
  std::string name;  ///< in `published`, `sort` and machine-readable output
  std::string title;
  std::string metric;
  Group reduction_from;      ///< when not empty: shown is the reduction against this group's mean, in percent
  bool logarithmic = false;  ///< of interest to figures only
};

/// Published numbers of the rows that match `where`: column name -> mean, or single runs.
struct PublishedRow {
  Group where;
  std::map<std::string, std::vector<double>> values;
};

struct TableDefinition {
  std::string experiment;
  std::string name;
  std::string title;
  std::string paper;              ///< which table of the paper, or empty
  std::string note;               ///< printed below, or empty
  std::vector<std::string> rows;  ///< swept keys (or "case") whose values make a row
  std::vector<ColumnDefinition> columns;
  std::vector<PublishedRow> published;
  std::map<std::string, Group> labels;  ///< key -> value text -> text for people
  std::string sort = "plan";            ///< "plan", "published" or a column's name
  /// Row key -> its values in the order in which the experiment file names them; rows follow it.
  std::map<std::string, std::vector<std::string>> order;
};

/// Every table of every experiment in the plan; for an experiment without tables one over all its swept keys.
/// Throws EnvironmentError naming experiment and table when a definition is damaged (experiment files are
/// checked when they are read).
std::vector<TableDefinition> table_definitions(const experiment::Plan& plan);

}  // namespace lnn::analysis
