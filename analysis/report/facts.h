#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "analysis/report/sweeps.h"
#include "analysis/runs.h"

/// What a report says of a run itself, as numbers and texts.
namespace lnn::analysis::report {

struct ExperimentFacts {
  std::string name;
  std::string title;
  std::string paper;        ///< its section, or empty
  std::string description;  ///< or empty
  std::string system;
  std::set<std::string> arms;
  std::set<std::uint64_t> seeds;
  int planned = 0;    ///< trials; one that several experiments share counts in each
  int completed = 0;  ///< of these
  int ended = 0;      ///< completed or not, with a result that a resumed run would not continue
  double cost =
      0;  ///< estimated operations of trials that completed, each in the first experiment that has it
  double seconds = 0;  ///< that these trials took
};

/// A trial in one arm that did not complete, or whose file is damaged.
struct FailedTrial {
  std::string run;
  std::string id;
  std::string experiment;
  std::string arm;
  std::uint64_t seed = 0;
  std::string outcome;
  int attempts = 0;
  std::string reason;
};

struct RunFacts {
  std::string name;
  std::string scale;
  std::string overrides;  ///< of `--set`, as words of a command line; empty without
  int planned = 0;        ///< distinct trials
  bool partial = false;
  std::map<std::string, int> outcomes;  ///< outcome, "damaged" or "missing" -> distinct trials
  double seconds = 0;                   ///< of training, all trials together
  std::vector<ExperimentFacts> experiments;
  std::vector<FailedTrial> failed;
  /// Fact -> its values -> trials that have it.
  std::map<std::string, std::map<std::string, int>> provenance;
  std::vector<Sweep> sweeps;  ///< of all parts, by start
};

/// Reads the event logs (those of parts, too) and experiment.json of a run folder beside what `run` holds;
/// does without where they are missing or damaged.
RunFacts facts_of(const RunResults& run);

}  // namespace lnn::analysis::report
