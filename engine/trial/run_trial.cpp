#include "trial/run_trial.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

#include <cmath>
#include <numeric>

#include "base/clock.h"
#include "base/error.h"
#include "jets/engine.h"
#include "network/initialization.h"
#include "physics/sampling.h"
#include "training/trainer.h"
#include "trial/provenance.h"
#include "trial/record.h"

namespace lnn::trial {
namespace {

using experiment::TrialConfig;

// Everything that training reads, in the network's units.
struct TrialData {
  std::unique_ptr<const physics::System> system;
  physics::Dataset training;  // of the first phase
  physics::Dataset validation;
  std::vector<double> scales;

  training::StateSet scaled(const physics::Dataset& data, training::Precision precision) const {
    return training::make_state_set(data, scales, precision);
  }
};

TrialData make_data(const TrialConfig& config) {
  TrialData data;
  data.system = physics::make_system(config.system, config.constants);
  data.training = physics::sample(*data.system, config.training.phases.front().data);
  data.validation = physics::sample(*data.system, config.validation);
  data.scales = config.scaling == experiment::Scaling::physical
                    ? physics::physical_scales(data.training)
                    : std::vector<double>(static_cast<std::size_t>(data.system->dimension()), 1.0);
  return data;
}

// Mean of |a| / alpha over the validation set, with the base loss's own normalization.
double zero_acceleration_loss(const TrialData& data, training::BaseLoss base_loss) {
  const auto n = static_cast<std::size_t>(data.validation.dimension);
  double sum = 0;
  for (std::size_t i = 0; i < data.validation.a.size(); ++i) {
    sum += std::abs(static_cast<double>(data.validation.a[i])) / data.scales[i % n];
  }
  const double mean = sum / static_cast<double>(data.validation.a.size());
  return base_loss == training::BaseLoss::state_mae ? mean / 2 : mean;
}

DataFacts facts_of(const TrialData& data, training::BaseLoss base_loss) {
  return {data.system->coordinates(), data.scales, zero_acceleration_loss(data, base_loss)};
}

int total_epochs(const training::TrainingOptions& options) {
  return std::accumulate(options.phases.begin(), options.phases.end(), 0,
                         [](int sum, const training::Phase& phase) { return sum + phase.epochs; });
}

EpochEvent event_of(const training::TrainingResult& result, int epochs) {
  const training::EpochRecord& last = result.history.back();
  const training::EpochRecord& best = result.history[static_cast<std::size_t>(result.best_epoch - 1)];
  return {static_cast<int>(result.history.size()),
          epochs,
          last.train_total,
          last.validation_total,
          best.validation_total,
          last.learning_rate,
          last.seconds};
}

training::LossOptions loss_options(const TrialConfig& config, const physics::System& system) {
  return {config.training.base_loss, config.training.regularizer, config.training.lambda,
          system.lorentzian()};
}

void set_outcome(const training::TrainingResult& result, store::TrialRecord& record) {
  record.outcome = store::Outcome::completed;
  if (!result.divergence) return;
  record.outcome = store::Outcome::diverged;
  const training::Divergence& where = *result.divergence;
  const std::string place = where.step == 0 ? fmt::format("after epoch {}", where.epoch)
                                            : fmt::format("at epoch {}, step {}", where.epoch, where.step);
  record.reason = fmt::format("{} is not finite {}", where.what, place);
}

void prepare_process(int threads) {
  at::set_num_threads(threads);
  // Gradients on the plateau before learning starts are so small that denormal numbers slow training down 2.3
  // times.
  at::globalContext().setFlushDenormal(true);
}

}  // namespace

store::TrialRecord run_trial(const experiment::Json& config_json, const RunOptions& options) {
  prepare_process(options.threads);
  const experiment::Json resolved = experiment::resolve_config(config_json, "trial configuration");
  const TrialConfig config = experiment::parse_trial_config(resolved, "trial configuration");
  store::TrialRecord record;
  record.id = experiment::trial_id(resolved);
  record.config = resolved.dump(2);
  record.attempts = options.attempt;
  record.provenance = machine_provenance();
  record.provenance["start"] = iso_time(unix_seconds());

  const TrialData data = make_data(config);
  const training::Precision precision = config.training.precision;
  const network::Network network(config.network, training::tensor_type(precision));
  network::initialize(network);
  const auto engine = jets::make_engine(options.engine, network);
  training::Trainer trainer(config.training, loss_options(config, *data.system), network, *engine);
  const int epochs = total_epochs(config.training);
  const training::TrainingResult result = trainer.run(
      [&](int phase) {
        const auto& sampling = config.training.phases[static_cast<std::size_t>(phase)].data;
        return data.scaled(phase == 0 ? data.training : physics::sample(*data.system, sampling), precision);
      },
      data.scaled(data.validation, precision),
      [&](const training::TrainingResult& so_far) {
        if (so_far.best_epoch > 0) options.on_epoch(event_of(so_far, epochs));
      });

  set_outcome(result, record);
  record.history = history_columns(result);
  record.metrics = metrics(result, config.training, facts_of(data, config.training.base_loss), network);
  record.model = model_arrays(network);
  record.provenance["backend"] = engine->facts().backend;
  record.provenance["precision"] = engine->facts().precision;
  record.provenance["threads"] = std::to_string(options.threads);
  record.provenance["end"] = iso_time(unix_seconds());
  return record;
}

}  // namespace lnn::trial
