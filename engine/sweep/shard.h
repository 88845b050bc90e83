#pragma once

#include <cstddef>
#include <optional>
#include <string>

/// A part of a plan: several sweeps, on machines that know nothing of each other, may share one run directory
/// when each works on another part.
namespace lnn::sweep {

struct Shard {
  int index = 1;  ///< 1 .. count
  int count = 1;  ///< 1: the whole plan

  bool whole() const { return count == 1; }
  /// Whether the trial at this position of the plan (0, 1, ...; longest first) is in this part. Positions are
  /// dealt out back and forth (1 2 3 3 2 1 1 2 3 ...), so that the parts cost about the same.
  bool contains(std::size_t position) const;
  /// "2/5".
  std::string text() const;
  bool operator==(const Shard&) const = default;
};

/// Reads "K/N". Throws UserError, naming `option`, when it is not one with 1 <= K <= N.
Shard parse_shard(const std::string& text, const std::string& option);

/// The part of this task of a Slurm job array (SLURM_ARRAY_TASK_ID, _MIN, _STEP, _COUNT); nothing outside of
/// one. Task ids may start anywhere and have any step.
std::optional<Shard> shard_of_array_task();

}  // namespace lnn::sweep
