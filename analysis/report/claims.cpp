#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/render_claims.h"
#include "analysis/report/html.h"
#include "analysis/report/sections.h"

namespace lnn::analysis::report {
namespace {

// A sign beside the word: color alone tells some readers nothing.
Cell verdict_cell(Verdict verdict) {
  switch (verdict) {
    case Verdict::reproduced:
      return {"\u2713 " + to_name(verdict), "good"};
    case Verdict::not_reproduced:
      return {"\u2717 " + to_name(verdict), "bad"};
    case Verdict::undecided:
      return {"? " + to_name(verdict), "open"};
    case Verdict::not_judged:
      return {"\u2013 " + to_name(verdict), "soft"};
  }
  return to_name(verdict);
}

HtmlTable counts_table(const std::vector<ClaimReport>& reports) {
  HtmlTable table{"How many claims hold", {"experiment", "scale"}, {}};
  for (const auto& [verdict, name] : EnumNames<Verdict>::table) table.header.emplace_back(name);
  for (const ClaimReport& report : reports) {
    std::vector<Cell> row{report.title, report.scale};
    for (const auto& [verdict, name] : EnumNames<Verdict>::table) {
      row.emplace_back(std::to_string(report.count(verdict)), "number");
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string status_text(const ClaimReport& report) {
  return fmt::format("Scale {}. {}{} of {} trials finished. 95 % intervals over n seeds.", report.scale,
                     report.ended < report.planned ? "PARTIAL: " : "", report.ended, report.planned);
}

HtmlTable claims_table(const ClaimReport& report) {
  HtmlTable table{status_text(report), {"claim", "published", "measured", "verdict", "why"}, {}};
  for (const JudgedClaim& claim : report.claims) {
    const ClaimWords words = claim_words(claim);
    table.rows.push_back({{words.statement, "long"},
                          words.published,
                          words.measured,
                          verdict_cell(claim.verdict),
                          {claim.why, "long"}});
  }
  return table;
}

}  // namespace

std::string claims_section(const Report& report) {
  if (report.claims.empty()) return "";
  std::string content = to_html(counts_table(report.claims));
  for (const ClaimReport& claims : report.claims) {
    content += element("h3", claims.title) + to_html(claims_table(claims));
  }
  return section("claims", "Published claims", content);
}

}  // namespace lnn::analysis::report
