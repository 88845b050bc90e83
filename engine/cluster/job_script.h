#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cluster/job_size.h"
#include "cluster/profile.h"

namespace lnn::cluster {

/// The sweep that a job runs.
struct JobCommand {
  std::filesystem::path program;    ///< absolute path of lnn-sweep
  std::filesystem::path run;        ///< absolute path of the run directory
  std::filesystem::path directory;  ///< where the job starts to work
  std::vector<std::string> words;   ///< of `lnn-sweep run`, without --out, --workers, --shard and --device
};

/// The job's script, from the template single_node, nodes, gpu or array.sbatch. Throws UserError for a
/// template that is missing or has an unknown placeholder, and for paths that no job script can hold.
std::string job_script(const Profile& profile, const JobSize& size, const JobCommand& command);

/// The script that collects, tabulates, judges and reports the run when the job has ended (analysis.sbatch).
std::string analysis_script(const Profile& profile, const JobCommand& command);

/// Where the scripts of a run lie.
std::filesystem::path job_script_path(const std::filesystem::path& run);
std::filesystem::path analysis_script_path(const std::filesystem::path& run);

/// `text` with every {{name}} replaced; a line that holds nothing but placeholders without a value
/// disappears. `where` names the text in messages. Throws UserError for an unknown name.
std::string fill_template(const std::string& text, const std::map<std::string, std::string>& values,
                          const std::string& where);

/// A word as a shell reads it back: in quotes where it needs them.
std::string shell_quoted(const std::string& word);

}  // namespace lnn::cluster
