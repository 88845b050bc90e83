#pragma once

#include <map>
#include <string>
#include <vector>

#include "rollout/options.h"
#include "store/trial_record.h"
#include "trial/prepared_trial.h"

/// What becomes of a model after its training: rolled out, and compared with the truth.
namespace lnn::trial {

struct Evaluation {
  std::map<std::string, store::Metric> metrics;
  std::vector<store::ArrayGroup> groups;
};

/// Evaluates the trial's network with its present weights, in float64 on the processor: rollouts (paper A,
/// section V) from the tests that `options` name, and the comparison with the truth; of a trial on
/// trajectories what trial/trajectory_evaluation.h says. Same weights and options: bitwise the same result. A
/// rollout that fails is an outcome in the result. Throws UserError for impossible options.
Evaluation evaluate(const PreparedTrial& trial, const rollout::Options& options);

/// Rollouts only, from these initial states.
Evaluation evaluate_from(const PreparedTrial& trial, const rollout::Options& options,
                         const std::vector<physics::InitialState>& starts);

/// Replaces what an earlier evaluation left in the record.
void add_evaluation(store::TrialRecord& record, Evaluation evaluation);

/// Copies a record's model into the network it belongs to. Throws EnvironmentError naming the array that is
/// missing or has another shape.
void load_model(const store::TrialRecord& record, const network::Network& network);

}  // namespace lnn::trial
