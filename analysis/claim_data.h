#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/claim_definition.h"
#include "analysis/runs.h"

/// What one or several runs hold for the claims of their experiments.
namespace lnn::analysis {

/// One experiment at one scale, over all runs that planned it.
struct PooledExperiment {
  std::string name;
  std::string title;
  std::string scale;              ///< "smoke", "desk" or "paper"
  std::vector<std::string> runs;  ///< names, in the given order
  std::vector<ClaimDefinition> claims;
  std::vector<ArmTrial> trials;  ///< distinct by id; by arm, then seed
};

/// The experiments of all plans, in the order of runs and plans. Where runs hold the same trial, one that
/// completed counts. `runs` must outlive the result.
/// Throws UserError when two runs define a claim differently or gave an arm different settings: their trials
/// must not be mixed. Throws EnvironmentError for a damaged claim.
std::vector<PooledExperiment> pool_experiments(std::span<const RunResults> runs);

}  // namespace lnn::analysis
