#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "training/engine_stepper.h"
#include "training/stepper.h"
#include "training/training_state.h"

/// The training loop (paper A, appendix C and its code), for one training or several in step.
namespace lnn::training {

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
  std::optional<TrainingState> start = std::nullopt;  ///< where to continue; the beginning without it
};

/// A copy of a task's present state; nothing when it has ended.
using StateOf = std::function<std::optional<TrainingState>(std::size_t task)>;
/// Called once after each epoch of all tasks, with the number of epochs that are finished. Free unless it
/// asks for states. What it throws ends the training and reaches the caller.
using AfterEpoch = std::function<void(int epochs, const StateOf& state_of)>;

/// Runs all phases of all tasks in step: the same epoch of all, then the next. Each phase starts from the
/// best model so far, with a new optimizer and schedule. A task ends at its first non-finite loss or
/// gradient, without touching the others. At the end every network holds its best parameters. `stepper` is
/// made for the tasks' members, in their order; all have the same number of phases and epochs and start after
/// the same epoch (throws std::logic_error where not).
std::vector<TrainingResult> train(
    const std::vector<Task>& tasks, Stepper& stepper,
    const AfterEpoch& after_epoch = [](int, const StateOf&) {});

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
