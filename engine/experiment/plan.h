#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "experiment/experiment_file.h"
#include "experiment/planned_trial.h"

/// What a sweep will do: its distinct trials in the order in which they start.
namespace lnn::experiment {

struct Plan {
  std::string scale;
  std::vector<Json> experiments;     ///< the experiment files' text, so that a run directory explains itself
  std::vector<PlannedTrial> trials;  ///< longest first; ties by id
};

/// Expands all files. `only` keeps trials whose id starts with, or one of whose labels contains, one of its
/// entries (all when empty); throws UserError when an entry matches nothing.
Plan make_plan(const std::vector<ExperimentFile>& files, const std::string& scale, const Json& overrides,
               const std::vector<std::string>& only);

/// Whether the trial's id starts with `entry` or one of its labels contains it.
bool is_selected(const PlannedTrial& trial, const std::string& entry);

/// Keeps the trials that one of the entries selects, in their order; all when there are none. Throws
/// UserError for an entry that selects nothing, naming the nearest label.
void keep_only(std::vector<PlannedTrial>& trials, const std::vector<std::string>& only);

/// Every trial with its complete configuration, for people and other programs (experiments/README.md).
Json to_json(const Plan& plan);

/// The text of RUN/plan.json: JSON, one line for each arm and each trial; what trials share stands there once
/// (experiments/README.md).
std::string plan_text(const Plan& plan);

/// Reads what plan_text or to_json gives, and plans of older versions. Throws EnvironmentError when it is not
/// a plan of this program (`where` names the file). That a configuration belongs to its trial's id is checked
/// when it is used (PlannedTrial::config).
Plan parse_plan(std::string_view text, const std::string& where);

/// RUN/plan.json, written atomically.
void write_plan(const Plan& plan, const std::filesystem::path& path);
Plan read_plan(const std::filesystem::path& path);

}  // namespace lnn::experiment
