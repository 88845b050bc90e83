#pragma once

#include <string>
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
};

/// Columns: the row keys; each metric, with "published" beside it where the paper has numbers; "trials",
/// which says what became of trials that did not complete.
TextTable to_text_table(const Table& table);

/// A heading, the status, the aligned table and the note.
std::string to_markdown(const TextTable& table);

/// A floating `table` with booktabs rules; all text is escaped, title, status and note are the caption.
/// `columns` is what `tabular` takes, e.g. "lll".
std::string to_latex(const TextTable& table, const std::string& label, const std::string& columns);

/// "2", "1 of 2 diverged", "1 of 4 diverged, 2 of 4 missing", "not planned".
std::string to_text(const TrialCounts& trials);

}  // namespace lnn::analysis
