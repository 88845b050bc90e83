#include "analysis/claim_data.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "base/error.h"
#include "experiment/trial_config.h"

namespace lnn::analysis {
namespace {

using experiment::Member;
using store::Outcome;

/// One experiment while its runs are added.
struct Pool {
  PooledExperiment experiment;
  std::map<std::string, std::pair<Json, std::string>> claim_texts;   ///< name -> text, run
  std::map<std::string, std::pair<Json, std::string>> arm_settings;  ///< label -> settings, run
  std::map<std::string, ArmTrial> trials;                            ///< by id
};

/// How much a trial's file tells: of two runs' files the better one counts.
int rank(const ArmTrial& trial) {
  if (trial.outcome == to_name(Outcome::completed)) return 2;
  return trial.ended() ? 1 : 0;
}

void add_trial(Pool& pool, const ArmTrial& trial, const RunResults& run) {
  const Member& member = *trial.member;
  const Json settings = experiment::without_seed(trial.planned->config());
  const auto [known, is_new] = pool.arm_settings.try_emplace(member.arm->label, settings, run.name);
  if (!is_new && known->second.first != settings) {
    throw_user_error(
        "{} and {}: the arm '{}' of experiment '{}' has different settings in these runs (its trials cannot "
        "be pooled). Judge the runs one by one.",
        known->second.second, run.name, member.arm->label, member.arm->experiment);
  }
  const auto [other, is_first] = pool.trials.try_emplace(trial.planned->id, trial);
  if (!is_first && rank(other->second) < rank(trial)) other->second = trial;
}

void add_claims(Pool& pool, const Json& experiment, const RunResults& run) {
  const std::vector<ClaimDefinition> definitions = claim_definitions(experiment);
  for (std::size_t i = 0; i < definitions.size(); ++i) {
    const Json& text = experiment.at("claims").at(i);
    const auto [known, is_new] = pool.claim_texts.try_emplace(definitions[i].name, text, run.name);
    if (is_new) {
      pool.experiment.claims.push_back(definitions[i]);
    } else if (known->second.first != text) {
      throw_user_error(
          "{} and {}: the claim '{}' of experiment '{}' differs between these runs. Run the older sweep "
          "again "
          "with the present experiment file, or judge the runs one by one.",
          known->second.second, run.name, definitions[i].name, definitions[i].experiment);
    }
  }
}

Pool& pool_of(std::vector<Pool>& pools, const Json& experiment, const std::string& scale) {
  const std::string name = experiment.at("name");
  const auto same = [&](const Pool& pool) {
    return pool.experiment.name == name && pool.experiment.scale == scale;
  };
  const auto found = std::ranges::find_if(pools, same);
  if (found != pools.end()) return *found;
  Pool& pool = pools.emplace_back();
  pool.experiment.name = name;
  pool.experiment.title = experiment.value("title", name);
  pool.experiment.scale = scale;
  return pool;
}

void add_run(std::vector<Pool>& pools, const RunResults& run) {
  const std::vector<ArmTrial> trials = arm_trials(run);
  for (const Json& experiment : run.plan.experiments) {
    Pool& pool = pool_of(pools, experiment, run.plan.scale);
    pool.experiment.runs.push_back(run.name);
    add_claims(pool, experiment, run);
    for (const ArmTrial& trial : trials) {
      if (trial.member->arm->experiment == pool.experiment.name) add_trial(pool, trial, run);
    }
  }
}

PooledExperiment finished(Pool pool) {
  for (const auto& [id, trial] : pool.trials) pool.experiment.trials.push_back(trial);
  std::ranges::sort(pool.experiment.trials, {}, [](const ArmTrial& trial) {
    return std::tie(trial.member->arm->label, trial.member->seed, trial.planned->id);
  });
  return std::move(pool.experiment);
}

}  // namespace

std::vector<PooledExperiment> pool_experiments(std::span<const RunResults> runs) {
  std::vector<Pool> pools;
  for (const RunResults& run : runs) add_run(pools, run);
  std::vector<PooledExperiment> experiments;
  for (Pool& pool : pools) experiments.push_back(finished(std::move(pool)));
  return experiments;
}

}  // namespace lnn::analysis
