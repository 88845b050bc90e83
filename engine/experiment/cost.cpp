#include "experiment/cost.h"

#include <fmt/format.h>

#include <cmath>

#include "experiment/digest.h"
#include "experiment/pack.h"

namespace lnn::experiment {
namespace {

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

std::string evaluation_text(const TrialConfig& config) {
  return fmt::format("{} {} {} {} {}", config.rollout.tests == rollout::Tests::none ? "none" : "published",
                     config.rollout.grid.dt, config.rollout.grid.t_end, config.rollout.tolerances.relative,
                     config.rollout_steps);
}

}  // namespace

double estimate_cost(const TrialConfig& config) {
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

std::string cost_class_of(const TrialConfig& config) {
  return short_digest(fmt::format("{} | {} | generators {}, substeps {} | {}", shape_text(config),
                                  config.system, config.symmetry.generators, config.trajectory.substeps,
                                  evaluation_text(config)));
}

}  // namespace lnn::experiment
