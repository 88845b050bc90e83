#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stdexcept>
#include <vector>

#include "training/stopwatch.h"
#include "training/trainer.h"
#include "trial/checkpoint.h"

/// When a process that trains saves its trials, and where it takes them up again.
namespace lnn::trial {

struct CheckpointOptions {
  std::vector<std::filesystem::path> files;  ///< one for each configuration; none: no checkpoints
  /// Least wall-clock time between two [s]; more where saving takes long, so that it costs at most 5 %. The
  /// end of training is always saved.
  double every = 30;
  /// Asked after every epoch: true saves and throws Stopped. Never asked without files.
  std::function<bool()> stop = [] { return false; };
  /// Asked all the time while there is nothing to save, data being made or nothing but evaluation being left:
  /// true throws Stopped at once. Never asked without files.
  std::function<bool()> stop_between = [] { return false; };
};

/// The trials were told to stop and have been saved.
class Stopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The checkpoints of trials that train in one process.
class Checkpoints {
 public:
  /// Loads what there is. `now` is the provenance of a result that this process makes alone. Throws UserError
  /// when the trials do not stand after the same epoch.
  Checkpoints(const CheckpointOptions& options, const std::vector<PreparedTrial>& trials, int attempt,
              const Provenance& now);

  /// Where trial `i` continues; nothing: at the beginning.
  const std::optional<training::TrainingState>& start(std::size_t i) const { return starts_[i]; }
  /// Of its result.
  const Provenance& provenance(std::size_t i) const { return provenance_[i]; }

  /// Saves all trials that still train when it is time to. For training::train. Throws Stopped.
  void after_epoch(int epochs, const training::StateOf& state_of);

 private:
  void load();
  void require_in_step() const;
  void save(const training::StateOf& state_of);
  int epochs_before(std::size_t i) const;

  const CheckpointOptions& options_;
  const std::vector<PreparedTrial>& trials_;
  int attempt_;
  std::vector<std::optional<training::TrainingState>> starts_;
  std::vector<Provenance> provenance_;
  training::Stopwatch since_last_;
  double pause_;  // until the next one [s]
};

}  // namespace lnn::trial
