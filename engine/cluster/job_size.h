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
};

/// What a job asks Slurm for. Of an array, this is what each task asks for.
struct JobSize {
  int nodes = 1;
  int workers = 1;     ///< trials at a time on each node
  int cpus = 1;        ///< per node
  int gpus = 0;        ///< per node
  double memory = 0;   ///< per node [MB]; 0: not asked for
  double seconds = 0;  ///< time limit, whole minutes
  double warning = 0;  ///< how long before that Slurm warns the job [s]
  std::optional<int> array = {};
  std::vector<std::string> reasons;  ///< sentences for people: what is asked for and why
};

/// Wall-clock time [s] that the trials that are left take at most, on this many workers at a time; nothing
/// without a measurement.
using WallTime = std::function<std::optional<double>(int workers)>;

/// The smallest job that has a worker for every trial, fits the profile and, as far as the pace is known,
/// ends within its longest time. Throws UserError when the request exceeds what the profile allows or
/// contradicts itself.
JobSize size_job(const Profile& profile, const JobRequest& request, const WallTime& wall_time);

}  // namespace lnn::cluster
