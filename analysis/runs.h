#pragma once

#include <span>
#include <string>
#include <vector>

#include "store/run_directory.h"

/// Runs as the analysis reads them: what was planned, and what each trial's file says.
namespace lnn::analysis {

struct RunResults {
  std::string name;  ///< its folder or file; of several runs their names, joined by " + "
  experiment::Plan plan;
  store::RunContents contents;  ///< without histories; `config` of a record may be empty, the plan has it
};

struct LoadedRuns {
  std::vector<RunResults> runs;       ///< in the given order
  std::vector<std::string> problems;  ///< damaged trial files and runs that were left out; exit code 1
  std::vector<std::string> warnings;  ///< what the reader of numbers should know; exit code unchanged
};

/// Reads runs: folders that `lnn-sweep run` made, or their results.h5 by itself. A trial's summary comes from
/// results.h5 while the trial's file is the one that was collected there, otherwise from the file: 10,000
/// trials take a second. Of several runs one that cannot be read is left out and named in `problems`.
/// Throws UserError or EnvironmentError when none can be read.
LoadedRuns load_runs(std::span<const std::string> paths);

/// One planned trial in one arm of one experiment, with what became of it. Points into the run.
struct ArmTrial {
  const experiment::PlannedTrial* planned;  ///< its configuration
  const experiment::Member* member;         ///< experiment, arm, seed
  const store::TrialRecord* record;         ///< null without a readable file
  std::string outcome;  ///< its name, or "damaged" (unreadable file) or "missing" (no file)

  /// Has a result that a resumed run would not continue.
  bool ended() const;
};

/// Every (trial, arm) in the plan's order. What is given must outlive the result.
std::vector<ArmTrial> arm_trials(const experiment::Plan& plan, const store::RunContents& contents);
std::vector<ArmTrial> arm_trials(const RunResults& run);

/// Some planned trial has not ended: the sweep is in progress or was stopped.
bool is_partial(const RunResults& run);

/// One run for each scale, with the trials of all given runs of that scale. Where runs hold the same trial,
/// one that completed counts; an experiment's text is that of the first run that has it. Throws UserError
/// when an arm has different settings in two runs: its trials must not be averaged.
std::vector<RunResults> merge_runs(std::vector<RunResults> runs);

/// In what the completed trials' origins differ, one sentence for each: program, LibTorch, backend, precision
/// or processor. Empty when all were made alike. A key that the plan sweeps is no surprise and left out.
std::vector<std::string> origin_differences(const RunResults& run);

}  // namespace lnn::analysis
