#pragma once

#include <string>
#include <vector>

#include "analysis/table.h"

/// The words of a table for people, before Markdown or LaTeX dresses them.
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

/// "2", "1 of 2 diverged", "1 of 4 diverged, 2 of 4 missing", "not planned".
std::string to_text(const TrialCounts& trials);

}  // namespace lnn::analysis
