#include "analysis/report/report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"
#include "analysis/report/style.h"

namespace lnn::analysis::report {
namespace {

// Even if something slipped through the escaping, the browser would load and run nothing.
constexpr const char* policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

struct Part {
  const char* id;
  const char* title;
  std::string (*html)(const Report&);
};

constexpr std::array parts{Part{"runs", "What was run", overview_section},
                           Part{"claims", "Published claims", claims_section},
                           Part{"tables", "Tables", tables_section},
                           Part{"figures", "Figures", figures_section},
                           Part{"failures", "Trials that did not complete", failures_section},
                           Part{"forecast", "Forecast and truth", forecast_section},
                           Part{"provenance", "On what", provenance_section}};

std::string title_of(const Report& report) {
  std::vector<std::string> titles;
  for (const RunFacts& run : report.runs) {
    for (const ExperimentFacts& experiment : run.experiments) {
      if (std::ranges::find(titles, experiment.title) == titles.end()) titles.push_back(experiment.title);
    }
  }
  constexpr std::size_t most = 3;
  if (titles.size() > most) return fmt::format("Report on {} experiments", titles.size());
  return fmt::format("Report: {}", fmt::join(titles, ", "));
}

// All runs together, as one line.
std::string summary_text(const Report& report) {
  int planned = 0;
  int completed = 0;
  int missing = 0;
  for (const RunFacts& run : report.runs) {
    planned += run.planned;
    if (run.outcomes.contains("completed")) completed += run.outcomes.at("completed");
    if (run.outcomes.contains("missing")) missing += run.outcomes.at("missing");
  }
  return fmt::format("{} of {} trials completed, {} ended otherwise, {} have no result yet.", completed,
                     planned, planned - completed - missing, missing);
}

std::string notice(const std::string& title, const std::vector<std::string>& items) {
  if (items.empty()) return "";
  return "<div class=\"notice\" role=\"note\">\n" + element("p", title) + list(items) + "</div>\n";
}

std::string partial_notice(const Report& report) {
  std::vector<std::string> names;
  for (const RunFacts& run : report.runs) {
    if (run.partial) names.push_back(run.name);
  }
  return notice("PARTIAL: these runs have not finished, and the numbers below will change.", names);
}

std::string navigation(const std::vector<std::pair<const Part*, std::string>>& sections) {
  std::string text = "<nav aria-label=\"Contents\">\n<ul>\n";
  for (const auto& [part, html] : sections) {
    text += fmt::format("<li><a href=\"#{}\">{}</a></li>\n", part->id, part->title);
  }
  return text + "</ul>\n</nav>\n";
}

std::string head(const std::string& title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{}</title>\n<style>{}</style>\n</head>\n",
      policy, escaped(title), style_sheet);
}

}  // namespace

std::string to_html(const Report& report) {
  std::vector<std::pair<const Part*, std::string>> sections;
  for (const Part& part : parts) {
    std::string html = part.html(report);
    if (!html.empty()) sections.emplace_back(&part, std::move(html));
  }
  const std::string title = title_of(report);
  std::string page = head(title) + "<body>\n<header>\n" + element("h1", title) +
                     element("p", summary_text(report)) + partial_notice(report) +
                     notice("Left out", report.problems) +
                     notice("Read the numbers with this in mind", report.warnings) + navigation(sections) +
                     "</header>\n<main>\n";
  for (const auto& [part, html] : sections) page += html;
  page += fmt::format("</main>\n<footer>\n<p>Written {} by {}.</p>\n</footer>\n</body>\n</html>\n",
                      escaped(report.time), escaped(report.program));
  return page;
}

}  // namespace lnn::analysis::report
