#pragma once

#include <array>
#include <span>
#include <string>
#include <utility>

#include "analysis/table.h"
#include "base/names.h"

/// Tables as text: for people (Markdown, LaTeX) and for programs (CSV, JSON; numbers with all their digits).
namespace lnn::analysis {

enum class Format { markdown, csv, latex, json };

/// Whether the comparison of rows follows each table for people; programs always get it.
enum class Detail { full, brief };

/// Aligned, so that it reads well on a terminal too.
std::string to_markdown(std::span<const Table> tables, Detail detail = Detail::full);

/// `table` floats with booktabs rules (\usepackage{booktabs}); all text is escaped.
std::string to_latex(std::span<const Table> tables, Detail detail = Detail::full);

/// One line per table, row and column (RFC 4180 quoting, "\n" line ends). Columns: table, experiment, scale;
/// every row key that occurs in a table, as its value; column, metric; count, mean, deviation, minimum,
/// maximum, reduction_percent (empty where there is none); published (values joined by ";"); planned,
/// finished, then completed, diverged, crashed, failed, timed_out, interrupted, damaged, missing (trials of
/// the row); values (one per completed trial, by seed, joined by ";"); then how the row stands in its column
/// (analysis/comparison.h): statistic, level, level_low, level_high, median, is_best, is_marked (1 or 0),
/// effect_kind, effect, effect_low, effect_high, pairs, pairs_left_out, p, p_adjusted, effect_size,
/// separated, more_seeds, more_core_hours (empty for the best row and where nothing can be compared; "inf"
/// where trials were lost); diverged_low, diverged_high (95 % interval of the share of finished trials that
/// diverged); rate_count, rate_of, rate_low, rate_high (where the column has a limit: trials that keep it, of
/// those that ended, and the exact 95 % interval of that share).
std::string to_csv(std::span<const Table> tables);

/// Stable: fields are added, never renamed or removed, while "version" stays 1.
///
///   {"format": "lnn-sweep tables", "version": 1, "tables": [{
///     "name", "title", "paper", "note", "experiment", "run", "scale": text,
///     "planned", "finished": trials, "partial": finished < planned, "warnings": [text],
///     "row_keys": [swept key],
///     "columns": [{"name", "title", "metric", "reduction_from": {key: value} or null,
///                  "at_most", "at_least": the limit of a column that counts trials, or null,
///                  "logarithmic", "unit", "best": "lowest", "highest" or "none", "statistic": by which rows
///                  are compared, "published_pairs": pairs of rows with different published values,
///                  "published_pairs_in_order": of these}],
///     "rows": [{"group": {row key: value}, "labels": [text], "planned": trials,
///               "trials": {outcome, "damaged" or "missing": trials},
///               "diverged_interval": [low, high] or null,
///               "cells": {column name: {"values": [{"id", "seed", "value"}], "count", "mean", "deviation",
///                 "minimum", "maximum": number or null, "without_value": trials,
///                 "reduction_percent": number or null, "is_reference",
///                 "rate": {"count", "of": trials, "interval": [low, high] of count / of} or null,
///                 "published": [number],
///                 "standing": {"level", "interval": [low, high], "median", "is_best", "is_marked",
///                   "contrast": null or {"effect": "ratio", "difference" or "reduction_percent", "estimate",
///                     "interval", "pairs", "left_out", "p", "p_adjusted", "effect_size", "separated",
///                     "more_seeds", "more_core_hours"}}}}}]}]}
///
/// mean, minimum and maximum are null without values, deviation below two; numbers of a standing are null
/// where they do not exist or are infinite (analysis/comparison.h).
std::string to_json_text(std::span<const Table> tables);

std::string render(std::span<const Table> tables, Format format, Detail detail = Detail::full);

}  // namespace lnn::analysis

namespace lnn {
template <>
struct EnumNames<analysis::Format> {
  using E = analysis::Format;
  static constexpr const char* what = "--format";
  static constexpr std::array table{std::pair{E::markdown, "md"}, std::pair{E::csv, "csv"},
                                    std::pair{E::latex, "latex"}, std::pair{E::json, "json"}};
};
}  // namespace lnn
