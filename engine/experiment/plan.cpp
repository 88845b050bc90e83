#include "experiment/plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/error.h"
#include "base/names.h"
#include "experiment/pack.h"
#include "experiment/trial_config.h"

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

void add_trial(std::map<std::string, PlannedTrial>& trials, Trial trial) {
  PlannedTrial& planned = trials[trial.id];
  if (planned.members.empty()) {
    planned.id = trial.id;
    planned.cost = estimate_cost(trial.config);
    planned.pack = pack_key(parse_trial_config(trial.config, "trial"));
    planned.config = std::move(trial.config);
  } else if (planned.config != trial.config) {
    throw_user_error(
        "trial {} is planned twice, as '{}' of '{}' and as '{}' of '{}', with different 'rollout' settings "
        "(they do not change the training). Make them equal.",
        trial.id, planned.members.front().label, planned.members.front().experiment, trial.label,
        trial.experiment);
  }
  trial.config = nullptr;
  planned.members.push_back(std::move(trial));
}

void require_match(const std::vector<PlannedTrial>& trials, const std::string& entry) {
  if (std::ranges::any_of(trials, [&](const auto& trial) { return is_selected(trial, entry); })) return;
  std::set<std::string> labels;
  for (const PlannedTrial& trial : trials) {
    for (const Trial& member : trial.members) labels.insert(member.label);
  }
  const std::vector<std::string> list(labels.begin(), labels.end());
  throw_unknown_name("--only", entry, list);
}

// Weights of all branches together, without biases.
double weights_of(const network::NetworkOptions& options) {
  const auto branches = static_cast<double>(options.branches.size());
  const double width = options.width / branches;
  return branches * width * (2.0 * options.coordinates + (options.hidden_layers - 1) * width + 1);
}

// Passes over a data set in batches, with `rows` rows of products per sample and layer.
double pass_cost(const network::NetworkOptions& options, int samples, int batch_size, double rows) {
  const double arithmetic = 2 * weights_of(options) * rows * samples;
  // What a batch takes beside its products, in operations of the products' speed (measured at width 64).
  constexpr double operations_per_batch = 2e7;
  const double batches = std::ceil(static_cast<double>(samples) / batch_size);
  return arithmetic + operations_per_batch * batches;
}

}  // namespace

bool is_selected(const PlannedTrial& trial, const std::string& entry) {
  return trial.id.starts_with(entry) || std::ranges::any_of(trial.members, [&](const Trial& member) {
           return member.label.find(entry) != std::string::npos;
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
  std::map<std::string, PlannedTrial> by_id;
  for (const ExperimentFile& file : files) {
    plan.experiments.push_back(file.text);
    for (Trial& trial : expand(file, scale, overrides)) add_trial(by_id, std::move(trial));
  }
  for (auto& [id, trial] : by_id) plan.trials.push_back(std::move(trial));
  keep_only(plan.trials, only);
  // The map was sorted by id; a stable sort keeps that order among equal costs.
  std::ranges::stable_sort(plan.trials, std::greater<>(), &PlannedTrial::cost);
  return plan;
}

// Full-batch passes over trajectories; the products of a discrete Lagrangian's step are stated in
// discrete/stepper.h.
double trajectory_cost(const TrialConfig& config) {
  const int n = config.network.coordinates;
  const double rows = config.model == Model::lagrangian ? n + 11.0 : 4.0 * n + 10;
  const int pairs = config.trajectory.count * (config.trajectory.steps + 1);
  const double passes = 1.0 * config.training.phases.front().epochs * config.training.passes_per_epoch;
  constexpr double operations_per_step = 2e6;  // beside the products
  return passes * (2 * weights_of(config.network) * rows * pairs + operations_per_step) * 2;  // float64
}

double estimate_cost(const Json& resolved) {
  const TrialConfig config = parse_trial_config(resolved, "trial");
  if (config.source == DataSource::trajectories) return trajectory_cost(config);
  const int batch = config.training.batch_size;
  double passes = 0;
  for (const auto& phase : config.training.phases) {
    // Rows of products as the engines have them (jets/native/native_engine.h).
    const double forward = config.network.coordinates + 3;
    const double backward = 8;
    const double epoch = pass_cost(config.network, phase.data.samples, batch, forward + backward) +
                         pass_cost(config.network, config.validation.samples, batch, forward);
    passes += phase.epochs * epoch;
  }
  const double precision = config.training.precision == training::Precision::float64 ? 2 : 1;
  return passes * precision;
}

}  // namespace lnn::experiment
