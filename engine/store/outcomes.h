#pragma once

#include <map>
#include <string>
#include <unordered_map>

#include "store/run_directory.h"
#include "store/trial_file.h"

/// How the trials of a run ended: what a sweep that goes on, or its status, has to know of each.
namespace lnn::store {

struct TrialOutcomes {
  std::unordered_map<std::string, Glance> ended;  ///< by id
  std::map<std::string, std::string> damaged;     ///< id -> what is wrong with its file
};

/// Glances at every planned trial's file. With Depth::content every damage is found. What is damaged, or no
/// file of that trial (a link, a folder, another trial's), is listed, never fatal. Throws nothing else.
TrialOutcomes scan_outcomes(const RunDirectory& run, const experiment::Plan& plan, Depth depth);

/// Whether anything at all has the name of a trial's file, be it a link that leads nowhere.
bool is_taken(const std::filesystem::path& path);

/// Throws EnvironmentError for a link: another run's file that changes when that one does.
void refuse_link(const std::filesystem::path& path);

/// Throws EnvironmentError when a trial's file holds another trial: copied under its name, it would be
/// counted twice.
void refuse_other_trial(const std::filesystem::path& path, const std::string& found, const std::string& id);

}  // namespace lnn::store
