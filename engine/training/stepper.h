#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "jets/engine.h"
#include "training/data.h"
#include "training/epoch_record.h"
#include "training/loss.h"
#include "training/options.h"
#include "training/training_state.h"

/// The arithmetic of an epoch, for several trainings at once. The training loop (trainer.h) decides what is
/// trained when; a stepper does it, one training after the other or all in one pack on a device.
namespace lnn::training {

/// What a stepper has to know about one training.
struct Member {
  TrainingOptions options;
  LossOptions loss;
  const network::Network* network = nullptr;  ///< outlives the stepper
  StateSet validation;
};

/// An epoch of one training's mini-batches.
struct EpochSteps {
  EpochRecord record;                    ///< its training part
  std::optional<Divergence> divergence;  ///< the first non-finite loss or gradient, without its epoch
};

class Stepper {
 public:
  virtual ~Stepper() = default;

  virtual jets::EngineFacts facts() const = 0;

  /// Starts a phase of the trainings `live` (indices of members) from the parameters in their networks, with
  /// new optimizers; sets[i] is the training set of live[i]. The calls below are about these trainings.
  virtual void start_phase(const std::vector<std::size_t>& live, std::vector<StateSet> sets) = 0;

  /// Puts the live trainings, right after start_phase, where state() found them, one after the other.
  virtual void restore(const std::vector<OptimizerState>& states) = 0;

  /// A copy of where the i-th live training stands within the phase; it must not have been retired.
  virtual OptimizerState state(std::size_t i) const = 0;

  /// One epoch over all mini-batches in the given orders at the given rates, one of each for every live
  /// training. A training stops updating at its first non-finite loss or gradient.
  virtual std::vector<EpochSteps> train_epoch(const std::vector<std::vector<std::int64_t>>& orders,
                                              const std::vector<double>& rates) = 0;

  /// Means over the validation sets in batches; the parameters stay as they are.
  virtual std::vector<EpochRecord> validate() = 0;

  /// Copies the current parameters of the i-th live training into its network.
  virtual void fetch_parameters(std::size_t i) = 0;

  /// The i-th live training has ended: nothing more will be asked about it in this phase.
  virtual void retire(std::size_t i) = 0;
};

/// The fastest stepper that `options` allow: a pack on the device for the tensor backend, which needs members
/// of one shape (experiment::pack_key), else one engine per member. Throws like jets::make_engine.
std::unique_ptr<Stepper> make_stepper(const jets::EngineOptions& options, std::vector<Member> members);

/// The middle one of the values (the upper one of an even number), 0 for none.
double median(std::vector<double> values);

}  // namespace lnn::training
