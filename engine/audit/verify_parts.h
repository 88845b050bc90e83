#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "audit/finding.h"
#include "audit/verify.h"
#include "experiment/plan.h"
#include "store/run_directory.h"

/// The parts of verify_run, one file each. Each adds what it finds.
namespace lnn::audit {

/// What the parts know of a run and of each other.
struct Inspection {
  const store::RunDirectory& run;
  const experiment::Plan& plan;
  const VerifyOptions& options;
  std::set<std::string> planned;                     ///< ids
  std::map<std::string, store::TrialRecord> trials;  ///< whole ones: outcome and metrics only
  std::set<std::string> damaged;                     ///< ids whose trial file cannot be used
  std::map<std::string, int> saved_epochs;           ///< readable checkpoints of unfinished trials
  std::set<std::string> started;                     ///< ids that some sweep has started
  std::set<std::string> ended;                       ///< ids of which an event log has a result
  Findings findings;

  void add(Severity severity, const std::filesystem::path& file, const std::string& id, std::string problem,
           std::string remedy);
};

/// The plan's ids and configurations belong together; experiment.json describes the plan.
void verify_description(Inspection& inspection);
void verify_trials(Inspection& inspection);
void verify_checkpoints(Inspection& inspection);
void verify_results(Inspection& inspection);
void verify_events(Inspection& inspection);
/// Temporaries, trials of other plans, quarantined trials, and what is not from this program.
void verify_names(Inspection& inspection);

/// A message of an error, split: without the path at its beginning, and without the advice at its end, which
/// is the remedy.
struct Complaint {
  std::string problem;
  std::string remedy;
};
Complaint split_message(const std::string& message, const std::filesystem::path& path);

}  // namespace lnn::audit
