#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cluster/profile.h"

namespace lnn::cluster {

/// What the user asks for; what is not given is chosen.
struct JobRequest {
  std::size_t trials = 0;           ///< that still have to run
  int threads = 1;                  ///< of each trial process
  std::optional<int> nodes = {};    ///< of the job
  std::optional<int> array = {};    ///< tasks of a job array, one node each
  std::optional<int> gpus = {};     ///< per node; default: those that the profile has
  std::optional<double> time = {};  ///< of the job, or of each array task [s]
  /// The most that a process which trains one of the trials was seen to hold [MiB]; nothing when not
  /// measured.
  std::optional<double> trial_memory = {};
};

/// What a job asks Slurm for. Of an array, this is what each task asks for.
struct JobSize {
  int nodes = 1;
  int workers = 1;     ///< trials at a time on each node
  int cpus = 1;        ///< per node
  int gpus = 0;        ///< per node
  double memory = 0;   ///< per node [MiB]; 0: not asked for
  double seconds = 0;  ///< time limit, whole minutes
  double warning = 0;  ///< how long before that Slurm warns the job [s]
  std::optional<int> array = {};
  std::vector<std::string> reasons;  ///< sentences for people: what is asked for and why
};

/// Wall-clock time [s] that the trials that are left take at most, on this many workers at a time; nothing
/// without a measurement.
using WallTime = std::function<std::optional<double>(int workers)>;

/// Memory to ask for [MiB] when so many processes hold at most `trial_memory` [MiB] each, as measured: a
/// fifth more, for nodes and trials differ, and room for the sweep itself.
double memory_for(int workers, double trial_memory);

/// The smallest job that has a worker for every trial, fits the profile and, as far as the pace is known,
/// ends within its longest time. It asks for the memory that was measured, else, and on GPUs, where a process
/// may train many trials at a time, for its share of a node's. Throws UserError when the request exceeds what
/// the profile allows or contradicts itself.
JobSize size_job(const Profile& profile, const JobRequest& request, const WallTime& wall_time);

}  // namespace lnn::cluster
