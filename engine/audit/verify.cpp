#include "audit/verify.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "audit/verify_parts.h"
#include "base/error.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;

Absence absence_of(const Inspection& inspection, const std::string& id) {
  std::error_code ignored;
  if (inspection.damaged.contains(id)) return Absence::damaged;
  if (inspection.saved_epochs.contains(id)) return Absence::interrupted;
  if (fs::exists(inspection.run.trial(id).string() + ".damaged", ignored)) return Absence::set_aside;
  if (inspection.ended.contains(id)) return Absence::lost;
  if (inspection.started.contains(id) || fs::exists(inspection.run.log(id), ignored)) return Absence::started;
  return Absence::never_started;
}

Verification conclude(Inspection inspection) {
  Verification result;
  result.run = inspection.run.root.string();
  result.running = inspection.options.running;
  result.quick = inspection.options.quick;
  result.planned = inspection.plan.trials.size();
  result.checkpoints = inspection.saved_epochs.size();
  for (const auto& [id, trial] : inspection.trials) ++result.outcomes[trial.outcome];
  for (const auto& trial : inspection.plan.trials) {
    if (!inspection.trials.contains(trial.id))
      result.missing[absence_of(inspection, trial.id)].push_back(trial.id);
  }
  result.findings = std::move(inspection.findings);
  std::ranges::stable_sort(result.findings, std::greater{}, &Finding::severity);
  return result;
}

// Words for people.
const char* words_for(Absence absence, bool running) {
  switch (absence) {
    case Absence::never_started:
      return "never started";
    case Absence::started:
      return "started, no checkpoint";
    case Absence::interrupted:
      return running ? "begun, with a checkpoint" : "interrupted, with a checkpoint";
    case Absence::set_aside:
      return "damaged and set aside";
    case Absence::lost:
      return "finished once, file gone";
    case Absence::damaged:
      return "damaged";
  }
  return "?";
}

std::string outcomes_text(const Verification& verification) {
  std::vector<std::string> parts;
  for (const auto& [outcome, count] : verification.outcomes)
    parts.push_back(fmt::format("{} {}", count, to_name(outcome)));
  return parts.empty() ? "" : fmt::format(" ({})", fmt::join(parts, ", "));
}

std::string missing_line(Absence absence, const std::vector<std::string>& ids, bool running) {
  constexpr std::size_t shown = 6;
  const std::vector<std::string> first(
      ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(std::min(shown, ids.size())));
  return fmt::format("  {:<8} {} {}: {}{}\n", running ? "to do" : "missing", ids.size(),
                     words_for(absence, running), fmt::join(first, " "), ids.size() > shown ? " ..." : "");
}

std::string finding_line(const Finding& finding) {
  return fmt::format("  {:<8} {}: {}{}. {}\n", to_name(finding.severity), finding.file,
                     finding.id.empty() || finding.file.find(finding.id) != std::string::npos
                         ? ""
                         : fmt::format("trial {}: ", finding.id),
                     finding.problem, finding.remedy);
}

std::string verdict(const Verification& verification) {
  const std::string extent = verification.quick ? " as far as a quick look tells" : "";
  if (verification.running && verification.whole())
    return fmt::format("A sweep is at work here; what is there is whole{}.\n", extent);
  if (verification.whole()) return fmt::format("The run is whole{}.\n", extent);
  if (verification.missing_trials() == 0 || verification.running)
    return "The run is not whole; nothing has to be trained again but what is named above.\n";
  return "The run is not whole. The command that made it, given again, trains what is missing.\n";
}

}  // namespace

void Inspection::add(Severity severity, const fs::path& file, const std::string& id, std::string problem,
                     std::string remedy) {
  findings.push_back(
      {severity, file.lexically_relative(run.root).string(), id, std::move(problem), std::move(remedy)});
}

Complaint split_message(const std::string& message, const fs::path& path) {
  const std::string prefix = path.string() + ": ";
  const std::string text = message.starts_with(prefix) ? message.substr(prefix.size()) : message;
  // "PROBLEM (why it is one). What to do."
  const std::size_t end = text.find("). ");
  if (end == std::string::npos) return {text, "Run the sweep again."};
  return {text.substr(0, end + 1), text.substr(end + 3)};
}

std::size_t Verification::whole_trials() const {
  std::size_t count = 0;
  for (const auto& [outcome, trials] : outcomes) count += trials;
  return count;
}

std::size_t Verification::missing_trials() const {
  std::size_t count = 0;
  for (const auto& [absence, ids] : missing) count += ids.size();
  return count;
}

bool Verification::whole() const {
  const bool damaged = std::ranges::any_of(
      findings, [](const Finding& finding) { return finding.severity == Severity::damaged; });
  return !damaged && (running || missing_trials() == 0);
}

Verification verify_run(const store::RunDirectory& run, const VerifyOptions& options) {
  const experiment::Plan plan = store::read_run_plan(run);
  Inspection inspection{run, plan, options, {}, {}, {}, {}, {}, {}, {}};
  for (const auto& trial : plan.trials) inspection.planned.insert(trial.id);
  verify_description(inspection);
  // Before the trials: a result that a running sweep commits in between must not look lost.
  verify_events(inspection);
  verify_trials(inspection);
  verify_checkpoints(inspection);
  verify_results(inspection);
  verify_names(inspection);
  return conclude(std::move(inspection));
}

nlohmann::json to_json(const Verification& verification) {
  nlohmann::json outcomes = nlohmann::json::object();
  for (const auto& [outcome, count] : verification.outcomes) outcomes[to_name(outcome)] = count;
  nlohmann::json missing = nlohmann::json::object();
  for (const auto& [absence, ids] : verification.missing) missing[to_name(absence)] = ids;
  nlohmann::json findings = nlohmann::json::array();
  for (const Finding& finding : verification.findings) {
    findings.push_back({{"severity", to_name(finding.severity)},
                        {"file", finding.file},
                        {"id", finding.id.empty() ? nlohmann::json() : nlohmann::json(finding.id)},
                        {"problem", finding.problem},
                        {"remedy", finding.remedy}});
  }
  return {{"schema_version", 1},
          {"run", verification.run},
          {"running", verification.running},
          {"quick", verification.quick},
          {"whole", verification.whole()},
          {"planned", verification.planned},
          {"whole_trials", verification.whole_trials()},
          {"outcomes", outcomes},
          {"missing", missing},
          {"checkpoints", verification.checkpoints},
          {"findings", findings}};
}

std::string to_text(const Verification& verification) {
  std::string text =
      fmt::format("{}: {} of {} trials whole{}\n", verification.run, verification.whole_trials(),
                  verification.planned, outcomes_text(verification));
  for (const auto& [absence, ids] : verification.missing)
    text += missing_line(absence, ids, verification.running);
  for (const Finding& finding : verification.findings) text += finding_line(finding);
  return text + verdict(verification);
}

}  // namespace lnn::audit
