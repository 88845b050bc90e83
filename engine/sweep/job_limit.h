#pragma once

#include <optional>

/// The end of the Slurm job that this process runs in.
namespace lnn::sweep {

/// When Slurm will end the job around this process [seconds since 1970-01-01 UTC]; nothing outside of a job,
/// for one without a limit, and when Slurm does not tell. Newer Slurm says it in SLURM_JOB_END_TIME (23.02);
/// others are asked through `squeue`, which gets two seconds for its answer. The job's environment is not
/// trusted: what is not a number or a job's id counts as absent. Throws nothing.
std::optional<double> job_end_time();

}  // namespace lnn::sweep
