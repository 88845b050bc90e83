#include "cluster/job_size.h"

#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "base/error.h"

namespace lnn::cluster {
namespace {

// An estimate is no promise, and nodes differ; loading modules and starting ranks takes time, too.
constexpr double margin = 1.25;
constexpr double start_up = 300;

std::string counted(std::size_t number, const std::string& what) {
  return fmt::format("{} {}{}", number, what, number == 1 ? "" : "s");
}

void refuse_more_than(const char* option, int asked, int most, const Profile& profile, const char* key) {
  if (asked < 1) throw_user_error("{} {}: must be at least 1.", option, asked);
  if (asked <= most) return;
  throw_user_error("{} {}: more than {} ({} in {}). Ask for less, or correct the profile.", option, asked,
                   most, key, profile.file.string());
}

int gpus_of(const Profile& profile, const JobRequest& request) {
  const int gpus = request.gpus.value_or(profile.gpus_per_node);
  if (gpus < 0) throw_user_error("--gpus {}: must be 0 (compute on processors) or more.", gpus);
  if (gpus > 0) refuse_more_than("--gpus", gpus, profile.gpus_per_node, profile, "gpus_per_node");
  return gpus;
}

// The larger of the job's shares of a node's cores and GPUs.
double share_of_node(const Profile& profile, const JobSize& size) {
  const double cores = static_cast<double>(size.cpus) / profile.cores_per_node;
  return size.gpus > 0 ? std::max(cores, static_cast<double>(size.gpus) / profile.gpus_per_node) : cores;
}

// Slurm's M, of which a gigabyte has a little less than 1000: no node is asked for more than it has.
double node_memory(const Profile& profile) {
  return std::floor(1000 * profile.memory_per_node);
}

// Whether the job's memory follows from what was measured. A process on a GPU trains a pack of trials, which
// may hold more than what was measured did.
bool memory_is_measured(const Profile& profile, const JobRequest& request, int gpus) {
  return request.trial_memory && profile.memory_per_node > 0 && gpus == 0;
}

// Trials for which a node has memory, as measured.
int workers_in_memory(const Profile& profile, double trial_memory, int most) {
  if (memory_for(1, trial_memory) > node_memory(profile)) {
    throw_user_error(
        "a trial held up to {:.0f} MiB when it was measured, too much for nodes with {:.0f} GB "
        "(memory_per_node "
        "in {}). Take a profile of larger nodes, or correct this one.",
        trial_memory, profile.memory_per_node, profile.file.string());
  }
  int workers = most;
  while (memory_for(workers, trial_memory) > node_memory(profile)) --workers;
  return workers;
}

// Trials that a whole node of this site computes at a time.
int node_workers(const Profile& profile, const JobRequest& request, int gpus) {
  const int threads = request.threads;
  if (threads < 1) throw_user_error("--threads {}: must be at least 1.", threads);
  refuse_more_than("--threads", threads, profile.cores_per_node, profile, "cores_per_node");
  const int by_cores = profile.cores_per_node / threads;
  if (gpus > 0) return std::min(by_cores, gpus * profile.workers_per_gpu);
  if (!memory_is_measured(profile, request, gpus)) return by_cores;
  return workers_in_memory(profile, *request.trial_memory, by_cores);
}

void refuse_idle(const char* option, int asked, std::size_t trials) {
  if (static_cast<std::size_t>(asked) > trials) {
    throw_user_error(
        "{} {}: more than trials that are left ({}; some would have nothing to do). Ask for fewer.", option,
        asked, trials);
  }
}

void check(const Profile& profile, const JobRequest& request) {
  if (request.trials == 0) {
    throw_user_error(
        "every trial of this plan has its result already. Nothing to submit; lnn-sweep table shows them.");
  }
  if (request.nodes && request.array) {
    throw_user_error(
        "--nodes and --array exclude each other (each task of an array is one node). Give one of them.");
  }
  if (request.nodes) {
    refuse_more_than("--nodes", *request.nodes, profile.max_nodes, profile, "max_nodes");
    refuse_idle("--nodes", *request.nodes, request.trials);
  }
  if (request.array) {
    refuse_more_than("--array", *request.array, profile.max_array, profile, "max_array");
    refuse_idle("--array", *request.array, request.trials);
  }
  if (request.time && *request.time > profile.max_time) {
    throw_user_error(
        "--time {}: more than {} (max_time in {}). Ask for less (the job puts itself back in the queue "
        "until all is done), or correct the profile.",
        duration_text(*request.time), duration_text(profile.max_time), profile.file.string());
  }
}

struct Sizing {
  const Profile& profile;
  const JobRequest& request;
  const WallTime& wall_time;
  int full = 1;  // workers of a whole node

  // Machines of one node that work at the same time.
  int machines(const JobSize& size) const { return size.array.value_or(size.nodes); }

  int workers_on(int nodes) const {
    const auto share =
        (request.trials + static_cast<std::size_t>(nodes) - 1) / static_cast<std::size_t>(nodes);
    return static_cast<int>(std::min(share, static_cast<std::size_t>(full)));
  }

  // Seconds to ask for, so that `nodes` finish at once; nothing without a measurement.
  std::optional<double> needed(int nodes) const {
    const auto seconds = wall_time(nodes * workers_on(nodes));
    return seconds ? std::optional(margin * *seconds + start_up) : std::nullopt;
  }

  // The fewest nodes that end in one go; one when nothing is known.
  int choose_nodes() const {
    const std::size_t useful =
        (request.trials + static_cast<std::size_t>(full) - 1) / static_cast<std::size_t>(full);
    const int most = static_cast<int>(std::min(useful, static_cast<std::size_t>(profile.max_nodes)));
    for (int nodes = 1; nodes <= most; ++nodes) {
      const auto seconds = needed(nodes);
      if (!seconds || *seconds <= request.time.value_or(profile.max_time)) return nodes;
    }
    return most;
  }

  void explain_time(JobSize& size, const std::optional<double>& expected, bool given) const {
    const std::string time = duration_text(size.seconds);
    if (!expected) {
      size.reasons.push_back(
          fmt::format("{} of time, {}: how long the trials take has not been measured (lnn-sweep plan "
                      "--probe, or a run in this "
                      "folder). Shorter jobs often start earlier.",
                      time, given ? "as asked" : "the longest that the profile allows"));
    } else if (*expected > size.seconds) {
      size.reasons.push_back(fmt::format(
          "{} of time, and about {} are needed: it will go back to the queue about {}.", time,
          duration_text(*expected), counted(static_cast<std::size_t>(*expected / size.seconds), "time")));
    } else {
      size.reasons.push_back(
          fmt::format("{} of time: at most {} at the measured pace, a quarter more to be safe, and 5 minutes "
                      "to start.",
                      time, duration_text((*expected - start_up) / margin)));
    }
  }

  void set_time(JobSize& size) const {
    const std::optional<double> expected = needed(machines(size));
    const double most = 60 * std::floor(request.time.value_or(profile.max_time) / 60);
    const double wanted = request.time || !expected ? most : std::min(most, 60 * std::ceil(*expected / 60));
    size.seconds = std::max(60.0, wanted);
    // A warning in the first moments of a short job would leave it no time to work.
    size.warning = std::floor(std::min(profile.warning, size.seconds / 3));
    explain_time(size, expected, request.time.has_value());
  }

  void set_memory(JobSize& size) const {
    if (profile.memory_per_node <= 0) return;
    if (memory_is_measured(profile, request, size.gpus)) {
      size.memory = memory_for(size.workers, *request.trial_memory);
      size.reasons.push_back(
          fmt::format("{:.0f} MB of memory each: a trial held up to {:.0f} MiB when it was measured, a fifth "
                      "more to be safe.",
                      size.memory, *request.trial_memory));
    } else {
      size.memory = std::floor(node_memory(profile) * share_of_node(profile, size));
      size.reasons.push_back(fmt::format("{:.0f} MB of memory each, {}.", size.memory,
                                         size.gpus > 0 ? "the node's share for these GPUs"
                                                       : "the node's share for these cores: what the trials "
                                                         "hold has not been measured"));
    }
  }

  void explain_workers(JobSize& size) const {
    const int machine_count = machines(size);
    const int at_a_time = machine_count * size.workers;
    const std::string where =
        size.array ? counted(static_cast<std::size_t>(machine_count), "array task") + " of one node each"
                   : counted(static_cast<std::size_t>(machine_count), "node");
    const std::string each =
        size.gpus > 0
            ? fmt::format("{} on {} and {}", size.workers,
                          counted(static_cast<std::size_t>(size.gpus), "GPU"),
                          counted(static_cast<std::size_t>(size.cpus), "core"))
            : fmt::format("{} on {}", size.workers, counted(static_cast<std::size_t>(size.cpus), "core"));
    size.reasons.push_back(fmt::format("{} to run, {} at a time: {}, each {}.",
                                       counted(request.trials, "trial"), at_a_time, where, each));
  }
};

}  // namespace

double memory_for(int workers, double trial_memory) {
  constexpr double spare = 1.2;
  constexpr double least_of_trial = 200;
  constexpr double least = 500;
  return std::ceil(std::max(least, spare * workers * std::max(trial_memory, least_of_trial)));
}

JobSize size_job(const Profile& profile, const JobRequest& request, const WallTime& wall_time) {
  check(profile, request);
  JobSize size;
  size.gpus = gpus_of(profile, request);
  const Sizing sizing{profile, request, wall_time, node_workers(profile, request, size.gpus)};
  size.array = request.array;
  size.nodes = request.array ? 1 : request.nodes.value_or(sizing.choose_nodes());
  size.workers = sizing.workers_on(sizing.machines(size));
  size.cpus = size.workers * request.threads;
  // GPUs that no worker would use stay free for others.
  size.gpus = std::min(size.gpus, size.workers);
  sizing.explain_workers(size);
  sizing.set_memory(size);
  sizing.set_time(size);
  return size;
}

}  // namespace lnn::cluster
