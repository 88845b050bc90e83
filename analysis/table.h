#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/comparison.h"
#include "analysis/runs.h"
#include "analysis/statistics.h"
#include "analysis/table_definition.h"

/// Tables of a run: measured beside published, and every planned trial accounted for.
namespace lnn::analysis {

/// What one trial contributes to a cell.
struct Value {
  std::string id;
  std::uint64_t seed = 0;
  double value = 0;  ///< finite
};

/// In how many of a row's trials a metric keeps its column's limit.
struct Rate {
  std::size_t count = 0;  ///< have a value that keeps it
  std::size_t of = 0;     ///< ended, with or without a value; at least one

  double share() const { return static_cast<double>(count) / static_cast<double>(of); }
  /// Of the share: exact, 95 % (Clopper-Pearson).
  Interval interval() const;
};

/// One metric of one row.
struct Cell {
  std::vector<Value> values;        ///< completed trials with a finite value, by seed
  Summary summary;                  ///< of these values
  int without_value = 0;            ///< completed trials in which the metric is missing or not finite
  std::optional<double> reduction;  ///< percent below the reference row, where the column asks for it
  bool is_reference = false;        ///< this row is what the column's reductions refer to
  std::optional<Rate> rate;         ///< where the column has a limit and some trial has ended
  std::vector<double> published;    ///< a mean, single runs or a share; empty when not published
  Standing standing;                ///< how the row stands in its column
};

/// Planned trials of a row by what became of them.
struct TrialCounts {
  int planned = 0;
  /// Outcome name, "damaged" (unreadable file) or "missing" (no file) -> how many; only those that occur.
  std::map<std::string, int> by_outcome;

  int count(const std::string& outcome) const;
  /// Has a readable result that a resumed run would not continue.
  int finished() const;
  /// Share of finished trials that diverged, with its exact 95 % interval (Clopper-Pearson).
  Interval diverged_interval() const;
};

/// Pairs of rows with different published values, and how many of them our means order in the same way.
struct Agreement {
  int pairs = 0;
  int same_order = 0;
};

struct Row {
  Group group;                      ///< row key -> value as text
  std::vector<std::string> labels;  ///< for people, in the order of the definition's rows
  TrialCounts trials;               ///< planned = 0: the paper has this row, this run does not
  std::vector<Cell> cells;          ///< one per column
};

struct Table {
  TableDefinition definition;
  std::string run;    ///< the run's folder, or several
  std::string scale;  ///< "smoke", "desk" or "paper"
  std::vector<Row> rows;
  int planned = 0;                         ///< trials of all rows
  int finished = 0;                        ///< of these
  std::vector<Statistic> statistics = {};  ///< by column: what rows are compared by
  std::vector<Agreement> agreements = {};  ///< by column
  std::vector<std::string> warnings = {};  ///< what a reader of the numbers should know
};

/// The trials of each row.
using TrialsByRow = std::map<Group, std::vector<ArmTrial>>;

/// A table of these trials, in the order that the definition asks for. Fills all but `warnings`.
Table make_table(const TableDefinition& definition, const TrialsByRow& rows, const std::string& run,
                 const std::string& scale);

/// Only completed trials contribute numbers; all others are counted. Published rows that this run did not
/// plan are kept, without measured values.
Table build_table(const TableDefinition& definition, const experiment::Plan& plan,
                  const store::RunContents& contents, const std::string& run);

/// All tables of the plan, in its order.
std::vector<Table> build_tables(const experiment::Plan& plan, const store::RunContents& contents,
                                const std::string& run);

}  // namespace lnn::analysis
