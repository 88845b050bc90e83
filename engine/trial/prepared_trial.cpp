#include "trial/prepared_trial.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "base/error.h"
#include "discrete/symmetry_terms.h"
#include "network/initialization.h"
#include "trial/record.h"
#include "trial/trajectory_data.h"
#include "trial/trajectory_evaluation.h"

namespace lnn::trial {
namespace {

constexpr const char* where = "trial configuration";

void set_outcome(const training::TrainingResult& result, store::TrialRecord& record) {
  record.outcome = store::Outcome::completed;
  if (!result.divergence) return;
  record.outcome = store::Outcome::diverged;
  const training::Divergence& place = *result.divergence;
  const std::string text = place.step == 0 ? fmt::format("after epoch {}", place.epoch)
                                           : fmt::format("at epoch {}, step {}", place.epoch, place.step);
  record.reason = fmt::format("{} is not finite {}", place.what, text);
}

}  // namespace

PreparedTrial::PreparedTrial(const experiment::Json& config)
    : resolved_(experiment::resolve_config(config, where)),
      id_(experiment::trial_id(resolved_)),
      config_(experiment::parse_trial_config(resolved_, where)),
      system_(physics::make_system(config_.system, config_.constants)),
      scales_(static_cast<std::size_t>(system_->dimension()), 1.0) {
  make_data();
  auto network =
      std::make_unique<network::Network>(config_.network, training::tensor_type(config_.training.precision));
  network::initialize(*network);
  discrete::set_generators(*network, discrete::first_guess(config_.symmetry, system_->dimension()));
  network_ = std::move(network);
  // Data that cannot be trained on are better known before hours of training than after.
  for (std::size_t phase = 0; phase < config_.training.phases.size(); ++phase)
    phase_data(static_cast<int>(phase));
}

void PreparedTrial::make_data() {
  if (on_trajectories()) {
    training_trajectories_ = training_trajectories(*system_, config_.trajectory);
    add_noise(training_trajectories_, config_.trajectory);
    test_trajectories_ = {test_trajectory(*system_, config_.trajectory)};
    return;
  }
  training_ = physics::sample(*system_, config_.training.phases.front().data);
  validation_ = physics::sample(*system_, config_.validation);
  if (config_.scaling == experiment::Scaling::physical) scales_ = physics::physical_scales(training_);
}

int PreparedTrial::epochs() const {
  const auto& phases = config_.training.phases;
  return std::accumulate(phases.begin(), phases.end(), 0,
                         [](int sum, const training::Phase& phase) { return sum + phase.epochs; });
}

training::StateSet PreparedTrial::scaled(const physics::Dataset& data, const std::string& name) const {
  auto set = training::make_state_set(data, scales_, config_.training.precision);
  training::require_finite(set, fmt::format("{} of '{}'", name, system_->name()), coordinate_names());
  return set;
}

training::StateSet PreparedTrial::from_trajectories(
    const std::vector<discrete::ReferenceTrajectory>& trajectories, const std::string& name) const {
  training::StateSet set = discrete() ? triples_of(trajectories)
                                      : states_of(*system_, trajectories, config_.trajectory.velocities);
  training::require_finite(set, fmt::format("{} of '{}'", name, system_->name()), coordinate_names());
  const at::ScalarType type = training::tensor_type(config_.training.precision);
  return {set.x.to(type), set.a.to(type)};
}

std::vector<std::string> PreparedTrial::coordinate_names() const {
  std::vector<std::string> names;
  for (const physics::Coordinate& coordinate : system_->coordinates()) names.push_back(coordinate.name);
  return names;
}

training::StateSet PreparedTrial::validation_set() const {
  if (on_trajectories()) return from_trajectories(test_trajectories_, "test trajectory");
  return scaled(validation_, "validation set");
}

training::Member PreparedTrial::member() const {
  const training::LossOptions loss{config_.training.base_loss, config_.training.regularizer,
                                   config_.training.lambda, system_->lorentzian()};
  return {config_.training, loss, network_.get(), validation_set()};
}

discrete::DiscreteMember PreparedTrial::discrete_member(training::Member member) const {
  return {std::move(member), config_.discrete, config_.symmetry};
}

training::StateSet PreparedTrial::phase_data(int phase) const {
  const std::string name = fmt::format("training set of phase {}", phase + 1);
  if (on_trajectories()) return from_trajectories(training_trajectories_, "training trajectories");
  if (phase == 0) return scaled(training_, name);
  const auto& sampling = config_.training.phases[static_cast<std::size_t>(phase)].data;
  return scaled(physics::sample(*system_, sampling), name);
}

// Mean of |a| / alpha over the validation set, with the base loss's own normalization.
double PreparedTrial::zero_acceleration_loss() const {
  if (on_trajectories()) return std::numeric_limits<double>::quiet_NaN();
  const auto n = static_cast<std::size_t>(validation_.dimension);
  double sum = 0;
  for (std::size_t i = 0; i < validation_.a.size(); ++i) {
    sum += std::abs(static_cast<double>(validation_.a[i])) / scales_[i % n];
  }
  const double mean = sum / static_cast<double>(validation_.a.size());
  return config_.training.base_loss == training::BaseLoss::state_mae ? mean / 2 : mean;
}

store::TrialRecord PreparedTrial::record(const training::TrainingResult& result) const {
  store::TrialRecord record;
  record.id = id_;
  record.config = config_text();
  set_outcome(result, record);
  record.history = history_columns(result.history);
  const DataFacts facts{system_->coordinates(), scales_, zero_acceleration_loss()};
  record.metrics = metrics(result, config_.training, facts, *network_);
  add_plateau(*this, record);
  record.model = model_arrays(*network_);
  return record;
}

}  // namespace lnn::trial
