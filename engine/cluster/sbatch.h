#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace lnn::cluster {

/// Hands a job script to Slurm with further options of sbatch; returns the job's id ("1234"). Throws
/// EnvironmentError with Slurm's own words when it refuses or is not there.
std::string sbatch(const std::filesystem::path& script, const std::vector<std::string>& options);

}  // namespace lnn::cluster
