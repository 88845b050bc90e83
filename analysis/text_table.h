#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/table.h"

/// The words of a table for people, and Markdown or LaTeX to dress them.
namespace lnn::analysis {

struct TextTable {
  std::string title;   ///< "Validation loss (Table 2)"
  std::string status;  ///< "Run results/a, scale desk. PARTIAL: 12 of 16 trials finished."
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< as wide as the header
  std::string note;                            ///< or empty
  /// Cells (row, column) that stand out: best, and separated from all others.
  std::set<std::pair<std::size_t, std::size_t>> marked = {};
  bool is_detail = false;  ///< belongs to the table before it
};

/// Columns: the row keys; each metric ("2 of 8 (3 to 65 %)" where the column has a limit), with "published"
/// beside it where the paper has numbers; "trials", which says what became of trials that did not complete.
TextTable to_text_table(const Table& table);

/// For each column in which some row could be compared: how sure it is which row is best (against the
/// reference, in a column of reductions). Columns: the row keys; median; the column's statistic with its 95 %
/// interval; the effect against the best row; pairs; adjusted p-value; effect size; what it means.
std::vector<TextTable> to_comparison_tables(const Table& table);

/// The last part of a dotted key, for headings.
std::string last_part(const std::string& key);

/// A heading, the status, the aligned table and the note.
std::string to_markdown(const TextTable& table);

/// A floating `table` with booktabs rules; all text is escaped, title, status and note are the caption.
/// `columns` is what `tabular` takes, e.g. "lll".
std::string to_latex(const TextTable& table, const std::string& label, const std::string& columns);

/// Diverged trials with the exact 95 % interval of their rate. "2", "1 of 8 diverged [0.3, 53] %", "1 of 4
/// diverged, 2 of 4 missing", "not planned".
std::string to_text(const TrialCounts& trials);

}  // namespace lnn::analysis
