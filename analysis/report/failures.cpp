#include <fmt/format.h>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"

namespace lnn::analysis::report {
namespace {

HtmlTable failures_table(const RunFacts& run) {
  HtmlTable table{fmt::format("{}: {} trials (in all their arms)", run.name, run.failed.size()),
                  {"trial", "experiment", "arm", "seed", "outcome", "attempts", "reason"},
                  {}};
  for (const FailedTrial& trial : run.failed) {
    table.rows.push_back({trial.id,
                          trial.experiment,
                          trial.arm,
                          {std::to_string(trial.seed), "number"},
                          {trial.outcome, "bad"},
                          trial.attempts == 0 ? Cell("-") : Cell(std::to_string(trial.attempts), "number"),
                          {trial.reason.empty() ? "no reason was recorded" : trial.reason, "long"}});
  }
  return table;
}

int missing_trials(const RunFacts& run) {
  const auto found = run.outcomes.find("missing");
  return found == run.outcomes.end() ? 0 : found->second;
}

}  // namespace

std::string failures_section(const Report& report) {
  std::string content;
  for (const RunFacts& run : report.runs) {
    if (!run.failed.empty()) content += to_html(failures_table(run));
    const int missing = missing_trials(run);
    if (missing == 0) continue;
    content +=
        element("p", fmt::format("{}: {} of {} trials have no result yet; the same 'lnn-sweep run' goes on.",
                                 run.name, missing, run.planned));
  }
  if (content.empty()) content = element("p", "None: every planned trial completed.");
  return section("failures", "Trials that did not complete", content);
}

}  // namespace lnn::analysis::report
