#include <fmt/format.h>
#include <fmt/ranges.h>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"
#include "base/clock.h"

namespace lnn::analysis::report {
namespace {

using Texts = std::vector<std::string>;

std::string percent_text(int part, int whole) {
  return whole == 0 ? "-" : fmt::format("{} of {}", part, whole);
}

std::string seeds_text(const std::set<std::uint64_t>& seeds) {
  constexpr std::size_t most = 8;
  if (seeds.size() > most) {
    return fmt::format("{} seeds from {} to {}", seeds.size(), *seeds.begin(), *seeds.rbegin());
  }
  return fmt::format("{}", fmt::join(seeds, ", "));
}

std::string outcomes_text(const RunFacts& run) {
  Texts texts;
  for (const auto& [outcome, count] : run.outcomes) {
    texts.push_back(fmt::format("{} {}", count, outcome == "missing" ? "not finished" : outcome));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

HtmlTable runs_table(const Report& report) {
  HtmlTable table{"Runs", {"run", "scale", "trials", "outcomes", "training time", "settings changed"}, {}};
  for (const RunFacts& run : report.runs) {
    table.rows.push_back(
        {run.name,
         run.scale,
         {std::to_string(run.planned), "number"},
         {outcomes_text(run) + (run.partial ? " (PARTIAL)" : ""), run.partial ? "partial" : ""},
         {duration_text(run.seconds), "number"},
         run.overrides.empty() ? "none" : run.overrides});
  }
  return table;
}

HtmlTable experiments_table(const RunFacts& run) {
  HtmlTable table{fmt::format("Experiments of {}, scale {}", run.name, run.scale),
                  {"experiment", "paper", "system", "arms", "seeds", "completed", "what it asks"},
                  {}};
  for (const ExperimentFacts& experiment : run.experiments) {
    table.rows.push_back({fmt::format("{} ({})", experiment.title, experiment.name),
                          experiment.paper.empty() ? "-" : experiment.paper,
                          experiment.system,
                          {std::to_string(experiment.arms.size()), "number"},
                          seeds_text(experiment.seeds),
                          percent_text(experiment.completed, experiment.planned),
                          {experiment.description, "long"}});
  }
  return table;
}

}  // namespace

std::string overview_section(const Report& report) {
  std::string content = to_html(runs_table(report));
  for (const RunFacts& run : report.runs) content += to_html(experiments_table(run));
  content +=
      element("p",
              "An arm is one combination of settings; it is trained once per seed. One trial is one such "
              "training. Training times are those of all trials added up.");
  return section("runs", "What was run", content);
}

}  // namespace lnn::analysis::report
