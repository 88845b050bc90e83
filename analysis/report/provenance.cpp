#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"

namespace lnn::analysis::report {
namespace {

constexpr std::size_t most_values = 8;

/// "GeLU" or "a (12 trials); b (3 trials)"; times and the like, which differ in every trial, as a range.
std::string values_text(const std::map<std::string, int>& values) {
  if (values.size() == 1) return values.begin()->first;
  if (values.size() > most_values) {
    return fmt::format("{} different ones, from {} to {}", values.size(), values.begin()->first,
                       values.rbegin()->first);
  }
  std::string text;
  for (const auto& [value, count] : values) {
    text += fmt::format("{}{} ({} {})", text.empty() ? "" : "; ", value.empty() ? "-" : value, count,
                        count == 1 ? "trial" : "trials");
  }
  return text;
}

HtmlTable facts_table(const RunFacts& run) {
  HtmlTable table{"What made the results of " + run.name, {"fact", "value"}, {}};
  for (const auto& [name, values] : run.provenance) {
    table.rows.push_back({name, Cell(values_text(values), "long")});
  }
  return table;
}

std::string command_of(const RunFacts& run) {
  std::string command = "lnn-sweep run";
  for (const ExperimentFacts& experiment : run.experiments) {
    command += fmt::format(" experiments/{}.json", experiment.name);
  }
  command += " --scale " + run.scale;
  if (!run.overrides.empty()) command += " " + run.overrides;
  return command + " --out RUN";
}

}  // namespace

std::string provenance_section(const Report& report) {
  std::string content;
  for (const RunFacts& run : report.runs) {
    content += to_html(facts_table(run));
    content += element("p", "To train it again (where the experiment files still say the same):");
    content += element("pre", command_of(run));
  }
  return section("provenance", "On what: machines, versions, settings", content);
}

}  // namespace lnn::analysis::report
