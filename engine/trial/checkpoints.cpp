#include "trial/checkpoints.h"

#include <algorithm>
#include <iostream>
#include <utility>

#include "base/error.h"

namespace lnn::trial {

Checkpoints::Checkpoints(const CheckpointOptions& options, const std::vector<PreparedTrial>& trials,
                         int attempt, const Provenance& now)
    : options_(options),
      trials_(trials),
      attempt_(attempt),
      starts_(trials.size()),
      provenance_(trials.size(), now),
      pause_(options.every) {
  if (options_.files.empty()) return;
  invariant(options_.files.size() == trials.size(), "every trial has a checkpoint of its own");
  load();
  require_in_step();
}

void Checkpoints::load() {
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    auto found = load_checkpoint(options_.files[i], trials_[i], attempt_, provenance_[i]);
    if (!found) continue;
    starts_[i] = std::move(found->state);
    provenance_[i] = std::move(found->provenance);
    std::cerr << fmt::format("lnn-sweep train: trial {} continues after epoch {} of {}\n", trials_[i].id(),
                             epochs_before(i), trials_[i].epochs());
  }
}

int Checkpoints::epochs_before(std::size_t i) const {
  return starts_[i] ? static_cast<int>(starts_[i]->so_far.history.size()) : 0;
}

void Checkpoints::require_in_step() const {
  for (std::size_t i = 1; i < trials_.size(); ++i) {
    if (epochs_before(i) == epochs_before(0)) continue;
    throw_user_error(
        "trials {} and {} cannot train as one pack (by their checkpoints they stand after epochs {} and {}). "
        "Train them in separate calls, or delete both checkpoints to start over.",
        trials_[0].id(), trials_[i].id(), epochs_before(0), epochs_before(i));
  }
}

void Checkpoints::after_epoch(int epochs, const training::StateOf& state_of) {
  if (options_.files.empty()) return;
  const bool stop = options_.stop();
  const bool last = epochs == trials_.front().epochs();
  if (!stop && !last && since_last_.seconds() < pause_) return;
  save(state_of);
  if (stop)
    throw Stopped(fmt::format("stopped after epoch {} of {}. Run the same command again to continue.", epochs,
                              trials_.front().epochs()));
}

void Checkpoints::save(const training::StateOf& state_of) {
  constexpr double pause_per_second = 20;
  const training::Stopwatch watch;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (const auto state = state_of(i))
      save_checkpoint(options_.files[i], trials_[i], *state, attempt_, provenance_[i]);
  }
  pause_ = std::max(options_.every, pause_per_second * watch.seconds());
  since_last_ = {};
}

}  // namespace lnn::trial
