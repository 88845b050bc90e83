#include <bit>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "audit/compare_trials.h"
#include "audit/in_child.h"
#include "audit/verify_parts.h"
#include "base/error.h"
#include "store/results_file.h"
#include "store/sealed_file.h"
#include "store/trial_file.h"
#include "store/trial_reader.h"

namespace lnn::audit {
namespace {

namespace fs = std::filesystem;
using experiment::Json;
using store::TrialRecord;

constexpr const char* collect = "'lnn-sweep collect RUN' makes it anew from the trials.";
constexpr std::chrono::seconds patience{120};

// What the table says of a trial against what its file says; "" when they agree. Metrics that are not defined
// are not in the table.
std::string contradiction(const TrialRecord& table, const TrialRecord& file) {
  if (table.outcome != file.outcome) {
    return fmt::format("it says {}, the trial's file says {}", to_name(table.outcome), to_name(file.outcome));
  }
  for (const auto& [name, metric] : file.metrics) {
    const auto collected = table.metrics.find(name);
    const double other = collected == table.metrics.end() ? std::nan("") : collected->second.value;
    if (std::isnan(metric.value) && std::isnan(other)) continue;
    if (std::bit_cast<std::uint64_t>(metric.value) != std::bit_cast<std::uint64_t>(other)) {
      return fmt::format("{} is {} there, {} in the trial's file", name, other, metric.value);
    }
  }
  return "";
}

// The end of a sweep collects: an unfinished run may have an old results.h5, or none.
Severity severity_of_age(const Inspection& inspection) {
  return inspection.trials.size() == inspection.plan.trials.size() ? Severity::damaged : Severity::note;
}

class ResultsCheck {
 public:
  ResultsCheck(const Inspection& inspection, const Say& say) : inspection_(inspection), say_(say) {}

  void run() {
    const fs::path path = inspection_.run.results();
    try {
      const store::ResultsFile results = store::read_results(path);
      check_plan(results.plan);
      check_table(results.contents);
      if (!inspection_.options.quick) check_trials(results.contents);
    } catch (const EnvironmentError& error) {
      const Complaint complaint = split_message(error.what(), path);
      report(Severity::damaged, "", complaint.problem, collect);
    }
  }

 private:
  void report(Severity severity, const std::string& id, const std::string& problem,
              const std::string& remedy) const {
    say_(Json{{"severity", to_name(severity)}, {"id", id}, {"problem", problem}, {"remedy", remedy}}.dump(
        -1, ' ', false, Json::error_handler_t::replace));
  }

  // While a sweep works, results.h5 is as old as its last collection.
  void report_old(const std::string& problem) const {
    if (!inspection_.options.running) report(severity_of_age(inspection_), "", problem, collect);
  }

  void check_plan(const experiment::Plan& plan) const {
    if (experiment::plan_text(plan) != experiment::plan_text(inspection_.plan)) {
      report_old("holds the results of another plan than plan.json (the experiment was changed since)");
    }
  }

  void check_table(const store::RunContents& contents) const {
    std::size_t old = 0;
    for (const auto& [id, record] : inspection_.trials) {
      const auto collected = contents.records.find(id);
      if (collected == contents.records.end() || is_older(contents, id)) {
        ++old;
      } else if (const std::string problem = contradiction(collected->second, record); !problem.empty()) {
        report(Severity::damaged, id, problem, collect);
      }
    }
    if (old > 0) report_old(fmt::format("is older than {} of the trials", old));
    for (const auto& [id, record] : contents.records) {
      if (inspection_.trials.contains(id) || !inspection_.planned.contains(id)) continue;
      report(Severity::note, id, "still holds this trial, whose own file is missing or damaged",
             "Copy results.h5 before you collect again, if you need its numbers.");
    }
  }

  bool is_older(const store::RunContents& contents, const std::string& id) const {
    const auto stamp = contents.stamps.find(id);
    return stamp == contents.stamps.end() ||
           stamp->second.checksum != store::claimed_checksum(inspection_.run.trial(id));
  }

  void check_trials(const store::RunContents& contents) const {
    const store::TrialReader reader(inspection_.run.results());
    for (const auto& [id, record] : inspection_.trials) {
      say_("");  // a sign of life, and one more for the progress
      if (!contents.records.contains(id) || is_older(contents, id)) continue;
      check_trial(reader, id);
    }
  }

  void check_trial(const store::TrialReader& reader, const std::string& id) const {
    try {
      const auto differences =
          compare_trials(reader.record(id), store::read_trial(inspection_.run.trial(id)));
      if (!differences.empty()) {
        report(Severity::damaged, id, to_text(differences.front(), "there", "in the trial's file"), collect);
      }
    } catch (const EnvironmentError& error) {
      const Complaint complaint = split_message(error.what(), inspection_.run.results());
      report(Severity::damaged, id, complaint.problem, collect);
    }
  }

  const Inspection& inspection_;
  const Say& say_;
};

}  // namespace

void verify_results(Inspection& inspection) {
  const fs::path path = inspection.run.results();
  std::error_code ignored;
  if (!fs::exists(path, ignored)) {
    if (!inspection.trials.empty() && !inspection.options.running)
      inspection.add(severity_of_age(inspection), path, "", "is missing", collect);
    return;
  }
  std::size_t done = 0;
  const auto hear = [&](const std::string& line) {
    if (line.empty()) {
      inspection.options.on_progress("results.h5", ++done, inspection.trials.size());
      return;
    }
    const Json finding = Json::parse(line);
    inspection.add(from_name<Severity>(finding.at("severity").get<std::string>()), path, finding.at("id"),
                   finding.at("problem"), finding.at("remedy"));
  };
  // Unlike a trial's file it has no checksum over all of it, and HDF5 does not survive every damaged file.
  const std::string end =
      in_child([&](const Say& say) { ResultsCheck(inspection, say).run(); }, hear, patience);
  if (!end.empty()) {
    inspection.add(Severity::damaged, path, "", fmt::format("damaged (while it was read, {})", end), collect);
  }
}

}  // namespace lnn::audit
