#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "training/training_state.h"
#include "trial/prepared_trial.h"

/// A trial between two epochs on disk, to the last bit.
namespace lnn::trial {

/// Facts about who trains; those of a result (trial/provenance.h).
using Provenance = std::map<std::string, std::string>;

/// `attempt` is the present start of the trial, `provenance` what its result would say now. Throws
/// EnvironmentError as store::write_checkpoint does.
void save_checkpoint(const std::filesystem::path& path, const PreparedTrial& trial,
                     const training::TrainingState& state, int attempt, const Provenance& provenance);

struct Continuation {
  training::TrainingState state;
  /// That of this process, with the epochs after which earlier ones were left as "resumed_from_epoch", and
  /// what was different for them as "earlier_host", "earlier_start", ...
  Provenance provenance;
};

/// Where the `attempt`-th start of `trial` goes on; nothing when there is no file. Nothing, too, and why on
/// standard error, for a file that is damaged or does not continue as it began: of another trial, program
/// version, backend, precision or kind of device (`now` has this process's), or one that an earlier attempt
/// already failed to get beyond.
std::optional<Continuation> load_checkpoint(const std::filesystem::path& path, const PreparedTrial& trial,
                                            int attempt, const Provenance& now);

}  // namespace lnn::trial
