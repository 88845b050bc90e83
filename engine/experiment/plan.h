#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/experiment_file.h"

/// What a sweep will do: its distinct trials in the order in which they start.
namespace lnn::experiment {

/// One distinct trial; several experiments (or arms of different experiments) may share it.
struct PlannedTrial {
  std::string id;
  Json config;
  double cost = 0;             ///< estimated floating-point operations, for order and forecasts
  std::vector<Trial> members;  ///< every (experiment, arm, seed) that this trial serves; config left empty
  std::string pack = {};       ///< trials with equal ones may train together (pack_key); empty: alone
};

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

/// Estimated floating-point operations of a whole trial (training and validation, all phases): proportional
/// to epochs x samples x network size; only ratios matter.
double estimate_cost(const Json& resolved);

Json to_json(const Plan& plan);
/// Throws EnvironmentError when the text is not a plan of this program (`where` names the file).
Plan plan_from_json(const Json& json, const std::string& where);

/// RUN/plan.json, written atomically.
void write_plan(const Plan& plan, const std::filesystem::path& path);
Plan read_plan(const std::filesystem::path& path);

}  // namespace lnn::experiment
