#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "training/engine_stepper.h"
#include "training/stepper.h"

/// The training loop (paper A, appendix C and its code), for one training or several in step.
namespace lnn::training {

struct TrainingResult {
  std::vector<EpochRecord> history;  ///< finished epochs of all phases
  EpochRecord initial;               ///< validation of the untrained network
  at::Tensor
      best_parameters;  ///< of the lowest total validation loss so far; the initial ones before epoch 1
  int best_epoch = 0;   ///< one-based over all phases; 0 when no epoch finished
  std::optional<Divergence> divergence;
};

/// The training set of a phase; called once per phase, when it starts.
using PhaseData = std::function<StateSet(int phase)>;
/// Called after every epoch with the history so far (its last row is the epoch just finished).
using OnEpoch = std::function<void(const TrainingResult&)>;

/// What one training of several hears and is asked for.
struct Task {
  Member member;
  PhaseData phase_data;
  OnEpoch on_epoch = [](const TrainingResult&) {};
  /// Called as soon as this training has ended, with its network holding the best parameters.
  OnEpoch on_end = [](const TrainingResult&) {};
};

/// Runs all phases of all tasks in step: the same epoch of all, then the next. Each phase starts from the
/// best model so far, with a new optimizer and schedule. A task ends at its first non-finite loss or
/// gradient, without touching the others. At the end every network holds its best parameters. `stepper` is
/// made for the tasks' members, in their order; all have the same number of phases and epochs (throws
/// std::logic_error where not).
std::vector<TrainingResult> train(const std::vector<Task>& tasks, Stepper& stepper);

/// One training on one engine.
class Trainer {
 public:
  using PhaseData = training::PhaseData;
  using OnEpoch = training::OnEpoch;

  /// `network` is trained in place through `engine`, which must be made for it.
  Trainer(TrainingOptions options, LossOptions loss, const network::Network& network, jets::Engine& engine);

  TrainingResult run(const PhaseData& phase_data, const StateSet& validation, const OnEpoch& on_epoch);

 private:
  TrainingOptions options_;
  LossOptions loss_;
  const network::Network& network_;
  jets::Engine& engine_;
};

}  // namespace lnn::training
