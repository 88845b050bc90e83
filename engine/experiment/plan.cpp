#include "experiment/plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>
#include <utility>

#include "base/error.h"
#include "base/names.h"

namespace lnn::experiment {
namespace {

void refuse_repeated_names(const std::vector<ExperimentFile>& files) {
  std::map<std::string, std::string> paths;
  for (const ExperimentFile& file : files) {
    const auto [other, is_new] = paths.emplace(file.name, file.path.string());
    if (!is_new) {
      throw_user_error("{}: the name '{}' is taken by {}. Give each experiment its own name.",
                       file.path.string(), file.name, other->second);
    }
  }
}

void refuse_other_rollouts(const PlannedTrial& one, const PlannedTrial& other) {
  if (one.config() == other.config()) return;
  const PlannedArm& arm = *one.members.front().arm;
  const PlannedArm& other_arm = *other.members.front().arm;
  throw_user_error(
      "trial {} is planned twice, as '{}' of '{}' and as '{}' of '{}', with different 'rollout' settings "
      "(they do not change the training). Make them equal.",
      one.id, arm.label, arm.experiment, other_arm.label, other_arm.experiment);
}

/// Distinct trials, in the order in which they were added first.
class DistinctTrials {
 public:
  void add(PlannedTrial trial) {
    const auto [place, is_new] = places_.emplace(trial.id, trials_.size());
    if (is_new) {
      trials_.push_back(std::move(trial));
      return;
    }
    PlannedTrial& known = trials_[place->second];
    refuse_other_rollouts(known, trial);
    known.members.push_back(std::move(trial.members.front()));
  }
  std::vector<PlannedTrial> take() { return std::move(trials_); }

 private:
  std::vector<PlannedTrial> trials_;
  std::unordered_map<std::string, std::size_t> places_;
};

void require_match(const std::vector<PlannedTrial>& trials, const std::string& entry) {
  if (std::ranges::any_of(trials, [&](const auto& trial) { return is_selected(trial, entry); })) return;
  std::set<std::string> labels;
  for (const PlannedTrial& trial : trials) {
    for (const Member& member : trial.members) labels.insert(member.arm->label);
  }
  const std::vector<std::string> list(labels.begin(), labels.end());
  throw_unknown_name("--only", entry, list);
}

}  // namespace

bool is_selected(const PlannedTrial& trial, const std::string& entry) {
  return trial.id.starts_with(entry) || std::ranges::any_of(trial.members, [&](const Member& member) {
           return member.arm->label.find(entry) != std::string::npos;
         });
}

void keep_only(std::vector<PlannedTrial>& trials, const std::vector<std::string>& only) {
  if (only.empty()) return;
  for (const std::string& entry : only) require_match(trials, entry);
  std::erase_if(trials, [&](const PlannedTrial& trial) {
    return std::ranges::none_of(only, [&](const std::string& entry) { return is_selected(trial, entry); });
  });
}

Plan make_plan(const std::vector<ExperimentFile>& files, const std::string& scale, const Json& overrides,
               const std::vector<std::string>& only) {
  refuse_repeated_names(files);
  Plan plan;
  plan.scale = scale;
  DistinctTrials distinct;
  for (const ExperimentFile& file : files) {
    plan.experiments.push_back(file.text);
    for (PlannedTrial& trial : expand(file, scale, overrides)) distinct.add(std::move(trial));
  }
  plan.trials = distinct.take();
  keep_only(plan.trials, only);
  std::ranges::sort(plan.trials, [](const PlannedTrial& a, const PlannedTrial& b) {
    return a.cost != b.cost ? a.cost > b.cost : a.id < b.id;
  });
  return plan;
}

}  // namespace lnn::experiment
