#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/arm_group.h"
#include "base/names.h"
#include "experiment/plan.h"

/// What a table shows, as the `tables` of an experiment file say (format: experiments/README.md).
namespace lnn::analysis {

/// Row keys and values as text, e.g. {"network.activation": "gelu"}. One arm or a group of arms.
using Group = std::map<std::string, std::string>;

/// Which row of a column is best.
enum class Best { lowest, highest, none };

/// What a metric keeps that is not above (not below) a number of its unit.
struct Limit {
  double value = 0;
  bool is_upper = true;  ///< "at most"; otherwise "at least"

  bool holds(double metric) const { return is_upper ? metric <= value : metric >= value; }
};

struct ColumnDefinition {
  std::string name;  ///< in `published`, `sort` and machine-readable output
  std::string title;
  std::string metric;
  Group reduction_from;      ///< when not empty: shown is the reduction against this group's mean, in percent
  bool logarithmic = false;  ///< of interest to figures only
  Best best = Best::lowest;
  ArmGroup arms = {};     ///< only these arms count
  std::string unit = {};  ///< printed behind the title, or empty
  /// When set: shown is in how many trials the metric keeps it, and no row is best.
  std::optional<Limit> limit = {};
};

/// Published numbers of the rows that match `where`: column name -> mean, single runs, or
/// the share of trials where the column has a limit.
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
  ArmGroup arms;                  ///< only these arms count
  std::vector<std::string> rows;  ///< swept keys (or "case") whose values make a row
  std::vector<ColumnDefinition> columns;
  std::vector<PublishedRow> published;
  std::map<std::string, Group> labels;  ///< key -> value text -> text for people
  std::string sort = "plan";            ///< "plan", "published" or a column's name
  /// Row key -> its values in the order in which the experiment file names them; rows follow it.
  std::map<std::string, std::vector<std::string>> order;
};

/// What the metric says by itself: the highest where more is better, none for mere facts.
Best best_of(const std::string& metric);

/// Every table of every experiment in the plan; for an experiment without tables one over all its swept keys.
/// Throws EnvironmentError naming experiment and table when a definition is damaged (experiment files are
/// checked when they are read).
std::vector<TableDefinition> table_definitions(const experiment::Plan& plan);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::Best> {
  using E = analysis::Best;
  static constexpr const char* what = "best";
  static constexpr std::array table{std::pair{E::lowest, "lowest"}, std::pair{E::highest, "highest"},
                                    std::pair{E::none, "none"}};
};
}  // namespace lnn
