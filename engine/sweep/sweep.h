#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "experiment/plan.h"
#include "jets/options.h"
#include "sweep/board.h"
#include "sweep/mpi_session.h"
#include "sweep/shard.h"

/// A whole sweep, from its plan to its results file.
namespace lnn::sweep {

struct SweepOptions {
  std::filesystem::path out;                                ///< the run directory; created when missing
  experiment::Json overrides = experiment::Json::object();  ///< those that the plan was made with
  std::vector<std::string> selected;                        ///< ids to run; empty: all
  std::optional<int> workers;                               ///< local slots; see default_workers
  int threads = 1;                                          ///< of each trial process
  double trial_timeout = 0;                                 ///< wall-clock limit of a trial [s]; 0: none
  double hang_limit = 600;       ///< longest time without a sign of life from a trial [s]; 0: none
  double memory_limit = 0;       ///< data of a trial process [MiB]; 0: none
  double checkpoint_every = 30;  ///< least time between two checkpoints of a trial [s]
  /// The sweep has left after this time [s]; default: before the end of the Slurm job around it, if any.
  std::optional<double> time_limit;
  std::optional<Shard> shard;  ///< part of the plan; default: that of the Slurm array task, if any
  jets::EngineOptions engine;  ///< of each trial
  int pack =
      0;  ///< largest number of trials that train together in one process; 0: as many as serve the device
  RetryPolicy retry;
  bool fresh = false;  ///< move an older run at `out` aside
  bool quiet = false;  ///< no progress lines
};

/// Exit codes of the program.
enum ExitCode { all_well = 0, some_failed = 1, bad_input = 2, bad_environment = 3, run_again = 75 };

/// Runs every trial of `plan` that has no result yet in `options.out` and rebuilds results.h5: on the slots
/// of this machine, or on the other ranks of `mpi` (nullptr: no MPI). Returns 0, 1 (some trials did
/// not complete: diverged, crashed, failed, ...) or 75 (a signal or the time limit stopped it). Throws
/// UserError for impossible options and for an --out that holds another experiment; EnvironmentError for
/// disk, lock, a missing trial program or one that reports a broken environment.
int run_sweep(const experiment::Plan& plan, const SweepOptions& options, const MpiSession* mpi = nullptr);

/// lnn-sweep-trial beside this program; the environment variable LNN_TRIAL_PROGRAM names another one.
/// Throws EnvironmentError when it is not there or cannot be executed.
std::filesystem::path trial_program();

}  // namespace lnn::sweep
