#include "trial/evaluation.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "base/error.h"
#include "learned/model.h"
#include "rollout/rollout.h"
#include "trial/rollout_record.h"

namespace lnn::trial {
namespace {

std::vector<MeasuredRollout> roll_out_all(const PreparedTrial& trial, const learned::Model& model,
                                          const rollout::Options& options) {
  const physics::System& system = trial.system();
  const physics::SamplingOptions& trained_on = trial.config().training.phases.front().data;
  const rollout::Accelerations accelerations = [&model](std::span<const double> q, std::span<const double> v,
                                                        std::span<double> a) { model.acceleration(q, v, a); };
  std::vector<MeasuredRollout> rollouts;
  for (rollout::Reference& reference : rollout::references(system, options)) {
    MeasuredRollout& measured = rollouts.emplace_back();
    measured.rollout = rollout::roll_out(system, accelerations, std::move(reference),
                                         {.tolerances = options.tolerances, .max_steps = options.max_steps});
    measured.errors = rollout::measure(system, measured.rollout, trained_on.q_box, trained_on.v_box);
  }
  return rollouts;
}

}  // namespace

Evaluation evaluate(const PreparedTrial& trial, const rollout::Options& options) {
  const learned::Model model(trial.network(), trial.scales());
  const std::vector<MeasuredRollout> rollouts = roll_out_all(trial, model, options);
  Evaluation evaluation{rollout_metrics(rollouts), {}};
  int number = 0;
  for (const MeasuredRollout& measured : rollouts)
    evaluation.groups.push_back(rollout_arrays(trial.system(), measured.rollout, ++number));
  return evaluation;
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
