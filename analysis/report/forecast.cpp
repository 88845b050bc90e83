#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/html.h"
#include "analysis/report/sections.h"
#include "base/clock.h"

namespace lnn::analysis::report {
namespace {

/// "+12 %", of `truth`.
std::string error_text(double forecast, double truth) {
  return truth > 0 ? fmt::format("{:+.0f} %", 100 * (forecast / truth - 1)) : "-";
}

std::string sweep_name(const Sweep& sweep) {
  return fmt::format("Sweep{} of {} on {}, {} slots", sweep.part.empty() ? "" : " (part " + sweep.part + ")",
                     iso_time(sweep.start), sweep.host, sweep.slots);
}

HtmlTable eta_table(const RunFacts& run, const Sweep& sweep) {
  HtmlTable table{fmt::format("{}: {}, {} trials, {}", run.name, sweep_name(sweep), sweep.started.size(),
                              duration_text(sweep.end - sweep.start)),
                  {"when", "forecast of what remained", "what remained", "error"},
                  {}};
  for (const Forecast& forecast : sweep.forecasts) {
    table.rows.push_back({fmt::format("after {:.0f} % of the time", 100 * forecast.share),
                          {duration_text(forecast.remaining), "number"},
                          {duration_text(forecast.actual), "number"},
                          {error_text(forecast.remaining, forecast.actual), "number"}});
  }
  return table;
}

std::string sweep_text(const Sweep& sweep) {
  return fmt::format(
      "{}: started {} trials in {}{}.", sweep_name(sweep), sweep.started.size(),
      duration_text(sweep.end - sweep.start),
      sweep.finished ? "" : " and was stopped or is still running, so its forecast is not scored");
}

/// How long the completed trials took against their share of the planned cost.
HtmlTable cost_table(const RunFacts& run) {
  double cost = 0;
  double seconds = 0;
  for (const ExperimentFacts& experiment : run.experiments) {
    cost += experiment.cost;
    seconds += experiment.seconds;
  }
  HtmlTable table{
      fmt::format("{}: training time of completed trials, as planned and as used", run.name),
      {"experiment", "share of the planned cost", "time at that share", "time used", "difference"},
      {}};
  for (const ExperimentFacts& experiment : run.experiments) {
    if (experiment.cost <= 0 || experiment.seconds <= 0) continue;
    const double share = experiment.cost / cost;
    table.rows.push_back({experiment.title,
                          {fmt::format("{:.1f} %", 100 * share), "number"},
                          {duration_text(share * seconds), "number"},
                          {duration_text(experiment.seconds), "number"},
                          {error_text(experiment.seconds, share * seconds), "number"}});
  }
  return table;
}

std::string run_html(const RunFacts& run) {
  std::string content;
  for (const Sweep& sweep : run.sweeps) {
    content += sweep.forecasts.empty() ? element("p", sweep_text(sweep)) : to_html(eta_table(run, sweep));
  }
  if (run.sweeps.empty()) {
    content += element(
        "p",
        fmt::format("{}: no event log came with these results, so the forecasts are not known.", run.name));
  }
  const HtmlTable costs = cost_table(run);
  if (costs.rows.size() > 1) content += to_html(costs);
  return content;
}

}  // namespace

std::string forecast_section(const Report& report) {
  std::string content = element("p",
                                "The forecast is what 'lnn-sweep status' said at that moment, computed again "
                                "from the event log. A positive "
                                "error is a forecast that was too long. The plan's cost is an estimate of "
                                "operations; trials that needed "
                                "more time than their share of it show a positive difference.");
  for (const RunFacts& run : report.runs) content += run_html(run);
  return section("forecast", "Forecast and truth", content);
}

}  // namespace lnn::analysis::report
