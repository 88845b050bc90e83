#include <set>

#include "analysis/render_claims.h"
#include "base/error.h"
#include "cli/options.h"
#include "cli/output.h"

namespace lnn::cli {
namespace {

using analysis::ClaimFormat;
using analysis::ClaimReport;
using analysis::JudgedClaim;
using analysis::RunResults;
using analysis::Verdict;

Syntax claims_syntax() {
  Syntax syntax{.usage = "lnn-sweep claims RUN... [options]",
                .summary =
                    "Judges the published claims that the runs' experiment files list: reproduced, not "
                    "reproduced or undecided, with effect, 95 % interval over seeds, and why. Runs of one "
                    "experiment and scale are pooled. It may be run at any time, also while the sweep runs. "
                    "Exit code 1 when a claim is not reproduced or trial files are damaged; those are named "
                    "on stderr and left out.",
                .options = {},
                .positional = {"RUN"},
                .last_positional_repeats = true};
  auto add = syntax.options.add_options();
  add("name", po::value<std::string>(), "only the claim (or the claims) of this name");
  add("experiment", po::value<std::string>(), "only claims of this experiment");
  add("format", po::value<std::string>()->default_value("md"), "md, latex or json");
  add("json", "the same as --format json");
  add("out", po::value<std::string>(), "write to this file instead of standard output");
  return syntax;
}

void require_one(const std::string& option, const std::string& name, const std::set<std::string>& names) {
  if (!names.contains(name)) {
    throw_unknown_name(option, name, std::vector<std::string>(names.begin(), names.end()));
  }
}

void keep_experiment(std::vector<ClaimReport>& reports, const std::string& name) {
  std::set<std::string> names;
  for (const ClaimReport& report : reports) names.insert(report.experiment);
  require_one("--experiment", name, names);
  std::erase_if(reports, [&name](const ClaimReport& report) { return report.experiment != name; });
}

void keep_claim(std::vector<ClaimReport>& reports, const std::string& name) {
  std::set<std::string> names;
  for (ClaimReport& report : reports) {
    for (const JudgedClaim& claim : report.claims) names.insert(claim.definition.name);
    std::erase_if(report.claims, [&name](const JudgedClaim& claim) { return claim.definition.name != name; });
  }
  require_one("--name", name, names);
  std::erase_if(reports, [](const ClaimReport& report) { return report.claims.empty(); });
}

std::vector<ClaimReport> judged(const std::vector<RunResults>& runs, const po::variables_map& values) {
  std::vector<ClaimReport> reports = analysis::judge_claims(runs);
  if (reports.empty()) {
    throw_user_error(
        "claims: no experiment in these runs lists claims. Add 'claims' to its file and run the sweep again, "
        "which trains nothing anew.");
  }
  if (values.contains("experiment")) keep_experiment(reports, values["experiment"].as<std::string>());
  if (values.contains("name")) keep_claim(reports, values["name"].as<std::string>());
  return reports;
}

}  // namespace

int claims(const Words& words) {
  const Syntax syntax = claims_syntax();
  const po::variables_map values = parse(words, syntax);
  if (values.contains("help")) return 0;
  if (!values.contains("RUN")) throw_user_error("claims: RUN is missing. Usage: {}", syntax.usage);
  const auto format = values.contains("json") ? ClaimFormat::json
                                              : from_name<ClaimFormat>(values["format"].as<std::string>());

  analysis::LoadedRuns loaded = analysis::load_runs(values["RUN"].as<std::vector<std::string>>());
  const std::vector<ClaimReport> reports = judged(loaded.runs, values);
  for (const RunResults& run : analysis::merge_runs(loaded.runs)) {
    const std::vector<std::string> differences = analysis::origin_differences(run);
    loaded.warnings.insert(loaded.warnings.end(), differences.begin(), differences.end());
  }
  write_output(values, analysis::render_claims(reports, format));
  bool refuted = false;
  for (const ClaimReport& report : reports) refuted = refuted || report.count(Verdict::not_reproduced) > 0;
  const bool damaged = report_problems(loaded);
  return refuted || damaged ? 1 : 0;
}

}  // namespace lnn::cli
