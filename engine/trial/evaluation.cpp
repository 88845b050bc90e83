#include "trial/evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <iterator>

#include "base/error.h"
#include "learned/comparison.h"
#include "learned/model.h"
#include "rollout/rollout.h"
#include "trial/rollout_record.h"
#include "trial/trajectory_evaluation.h"

namespace lnn::trial {
namespace {

Evaluation roll_out_all(const PreparedTrial& trial, const learned::Model& model,
                        const rollout::Options& options, std::vector<rollout::Reference> references) {
  const physics::System& system = trial.system();
  const physics::SamplingOptions& trained_on = trial.config().training.phases.front().data;
  const rollout::Accelerations accelerations = [&model](std::span<const double> q, std::span<const double> v,
                                                        std::span<double> a) { model.acceleration(q, v, a); };
  std::vector<MeasuredRollout> rollouts;
  Evaluation evaluation;
  for (rollout::Reference& reference : references) {
    MeasuredRollout& measured = rollouts.emplace_back();
    measured.rollout = rollout::roll_out(system, accelerations, std::move(reference),
                                         {.tolerances = options.tolerances, .max_steps = options.max_steps});
    measured.errors = rollout::measure(system, measured.rollout, trained_on.q_box, trained_on.v_box);
    evaluation.groups.push_back(rollout_arrays(system, measured.rollout, static_cast<int>(rollouts.size())));
  }
  evaluation.metrics = rollout_metrics(rollouts);
  return evaluation;
}

}  // namespace

Evaluation evaluate(const PreparedTrial& trial, const rollout::Options& options) {
  if (trial.on_trajectories()) return evaluate_on_trajectories(trial, trial.config().rollout_steps);
  const learned::Model model(trial.network(), trial.scales());
  Evaluation evaluation = roll_out_all(trial, model, options, rollout::references(trial.system(), options));
  learned::Comparison comparison = learned::compare(model, trial.system(), trial.validation(),
                                                    trial.config().training.phases.front().data);
  evaluation.metrics.merge(comparison.metrics);
  std::ranges::move(comparison.groups, std::back_inserter(evaluation.groups));
  return evaluation;
}

Evaluation evaluate_from(const PreparedTrial& trial, const rollout::Options& options,
                         const std::vector<physics::InitialState>& starts) {
  std::vector<rollout::Reference> references;
  for (const physics::InitialState& start : starts)
    references.push_back(rollout::make_reference(trial.system(), start, options.grid));
  return roll_out_all(trial, learned::Model(trial.network(), trial.scales()), options, std::move(references));
}

void add_evaluation(store::TrialRecord& record, Evaluation evaluation) {
  for (auto& [name, metric] : evaluation.metrics) record.metrics[name] = std::move(metric);
  record.groups = std::move(evaluation.groups);
}

void load_model(const store::TrialRecord& record, const network::Network& network) {
  const at::NoGradGuard no_gradients;
  for (const network::ParameterInfo& info : network.layout()) {
    const auto found = std::ranges::find(record.model, info.name, &store::Parameter::name);
    if (found == record.model.end() || found->shape != info.shape) {
      throw_environment_error(
          "the model of trial {} does not fit its configuration ('{}' is missing or has another shape). "
          "Train "
          "it again.",
          record.id, info.name);
    }
    network.parameters().narrow(0, info.offset, info.size).copy_(at::tensor(found->values, at::kDouble));
  }
}

}  // namespace lnn::trial
