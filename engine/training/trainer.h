#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jets/engine.h"
#include "training/data.h"
#include "training/loss.h"
#include "training/options.h"

/// The training loop (paper A, appendix C and its code).
namespace lnn::training {

/// Means over an epoch's mini-batches (unweighted, as published), dimensionless; one row of the history.
struct EpochRecord {
  int phase = 0;
  double learning_rate = 0;
  double train_total = 0;
  double train_base = 0;
  double train_penalty = 0;
  double validation_total = 0;
  double validation_base = 0;
  double validation_penalty = 0;
  double gradient_norm = 0;             ///< median over the epoch's steps, before clipping
  double wrong_signature_share = 0;     ///< of the validation samples
  double largest_condition_number = 0;  ///< of M over the validation samples
  double seconds = 0;
};

/// Where the numbers stopped being finite; one-based.
struct Divergence {
  int epoch = 0;
  int step = 0;  ///< step within the epoch; 0 means the validation after it
  std::string what;
};

struct TrainingResult {
  std::vector<EpochRecord> history;  ///< finished epochs of all phases
  EpochRecord initial;               ///< validation of the untrained network
  at::Tensor
      best_parameters;  ///< of the lowest total validation loss so far; the initial ones before epoch 1
  int best_epoch = 0;   ///< one-based over all phases; 0 when no epoch finished
  std::optional<Divergence> divergence;
};

/// Mean losses over a data set in batches of `batch_size`, without changing anything.
EpochRecord evaluate(const LossOptions& loss, int batch_size, jets::Engine& engine, const StateSet& set);

class Trainer {
 public:
  /// The training set of a phase; called once per phase, when it starts.
  using PhaseData = std::function<StateSet(int phase)>;
  /// Called after every epoch with the history so far (its last row is the epoch just finished).
  using OnEpoch = std::function<void(const TrainingResult&)>;

  /// `network` is trained in place through `engine`, which must be made for it.
  Trainer(TrainingOptions options, LossOptions loss, const network::Network& network, jets::Engine& engine);

  /// Runs all phases. Each phase starts from the best model so far, with a new optimizer and schedule. Stops
  /// at the first non-finite loss or gradient. At the end the network holds the best parameters.
  TrainingResult run(const PhaseData& phase_data, const StateSet& validation, const OnEpoch& on_epoch);

 private:
  TrainingOptions options_;
  LossOptions loss_;
  const network::Network& network_;
  jets::Engine& engine_;
};

}  // namespace lnn::training
