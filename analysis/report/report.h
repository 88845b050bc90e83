#pragma once

#include <string>
#include <vector>

#include "analysis/claims.h"
#include "analysis/report/facts.h"
#include "analysis/text_table.h"

/// One self-contained HTML page about one or several runs: what was run, which claims hold, tables, figures,
/// every trial that did not complete, forecast against truth, and provenance. It needs no network and no
/// script, and forbids both.
namespace lnn::analysis::report {

struct ReportFigure {
  std::string experiment;  ///< neighbors of one experiment come under one heading
  std::string title;
  std::string description;  ///< what it shows, for readers who cannot see it
  std::string svg;          ///< a whole SVG document
};

struct Report {
  std::vector<RunFacts> runs;
  std::vector<ClaimReport> claims;
  std::vector<TextTable> tables;
  std::vector<ReportFigure> figures;
  std::string without_figures;        ///< where figures were wanted and there are none: why, and what to do
  std::vector<std::string> problems;  ///< what was left out: damaged or foreign files
  std::vector<std::string> warnings;  ///< what the reader of the numbers should know
  std::string time;                   ///< of writing, ISO 8601
  std::string program;                ///< that writes it: version_line()
};

/// The whole page. All texts are escaped; a figure's SVG is embedded as an image, in which nothing runs.
std::string to_html(const Report& report);

}  // namespace lnn::analysis::report
