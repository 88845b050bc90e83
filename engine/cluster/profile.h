#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/names.h"

/// Slurm clusters: what a site offers, how large a job to ask for, and the job's script.
namespace lnn::cluster {

/// What starts the ranks of a job on several nodes.
enum class Launcher { mpirun, srun };

/// What a person must know of a cluster to ask for a job there; slurm/README.md describes the files.
struct Profile {
  std::filesystem::path file;  ///< where it was read
  std::string description;
  std::string partition;  ///< empty: the cluster's default
  std::string account;    ///< empty: the user's default
  int cores_per_node = 1;
  double memory_per_node = 0;  ///< [GB]; 0: jobs do not ask for memory
  int gpus_per_node = 0;
  std::string gpu_type;     ///< as in --gres=gpu:TYPE:N; empty: any
  int workers_per_gpu = 1;  ///< trial processes that share one GPU
  int max_nodes = 1;
  double max_time = 86400;  ///< of a job [s]
  int max_array = 1000;     ///< tasks of a job array
  double warning = 120;     ///< how long before the end of a job Slurm warns it [s]
  Launcher launcher = Launcher::mpirun;
  std::vector<std::string> launcher_options;
  std::vector<std::string> modules;  ///< for `module load`
  std::vector<std::string> setup;    ///< further shell lines before the sweep starts
  std::vector<std::string> sbatch;   ///< further options of sbatch, as "--qos=long"
};

/// Reads the profile of this name, or of this path when it ends in ".json". Throws UserError for an unknown
/// name (with those there are) and for anything wrong in the file, naming file, key, value and what is
/// allowed.
Profile load_profile(const std::string& name_or_path);

/// A file below slurm/, as "nodes.sbatch" or "profiles/generic.json": the user's own
/// ($XDG_CONFIG_HOME/lnn-sweep/, by default ~/.config/lnn-sweep/) before the program's
/// (../share/lnn-sweep/slurm of an installation, else the source folder). Empty when nowhere.
std::filesystem::path find_slurm_file(const std::string& relative);

}  // namespace lnn::cluster

template <>
struct lnn::EnumNames<lnn::cluster::Launcher> {
  static constexpr const char* what = "launcher";
  static constexpr std::array table{std::pair{lnn::cluster::Launcher::mpirun, "mpirun"},
                                    std::pair{lnn::cluster::Launcher::srun, "srun"}};
};
