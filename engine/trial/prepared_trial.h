#pragma once

#include <memory>
#include <string>
#include <vector>

#include "discrete/reference.h"
#include "discrete/stepper.h"
#include "experiment/trial_config.h"
#include "network/network.h"
#include "physics/sampling.h"
#include "store/trial_record.h"
#include "training/trainer.h"

namespace lnn::trial {

/// A trial ready to train: its configuration, data, initialized network, and how to make its record.
class PreparedTrial {
 public:
  /// Throws UserError for a configuration that makes no sense, and for data that are not finite.
  explicit PreparedTrial(const experiment::Json& config);
  PreparedTrial(PreparedTrial&&) = default;  // the network is what others point to, and stays where it is

  const std::string& id() const { return id_; }
  const experiment::TrialConfig& config() const { return config_; }
  std::string config_text() const { return resolved_.dump(2); }  ///< resolved, JSON
  int epochs() const;                                            ///< of all phases

  const physics::System& system() const { return *system_; }
  /// Whether it learns a discrete Lagrangian.
  bool discrete() const { return config_.model == experiment::Model::discrete_lagrangian; }
  /// Whether it learns from trajectories; there are no boxes, then.
  bool on_trajectories() const { return config_.source == experiment::DataSource::trajectories; }

  /// The validation states of a trial on boxes.
  const physics::Dataset& validation() const { return validation_; }
  const std::vector<double>& scales() const { return scales_; }  ///< alpha of each coordinate
  const network::Network& network() const { return *network_; }

  /// What a stepper needs; points to this trial's network.
  training::Member member() const;
  /// What member() gave, with what a discrete Lagrangian needs besides.
  discrete::DiscreteMember discrete_member(training::Member member) const;
  /// The training set of a phase, scaled.
  training::StateSet phase_data(int phase) const;

  /// Configuration, outcome, history, metrics and the network's present weights; without provenance.
  store::TrialRecord record(const training::TrainingResult& result) const;

 private:
  void make_data();
  training::StateSet scaled(const physics::Dataset& data, const std::string& name) const;
  training::StateSet from_trajectories(const std::vector<discrete::ReferenceTrajectory>& trajectories,
                                       const std::string& name) const;
  training::StateSet validation_set() const;
  std::vector<std::string> coordinate_names() const;
  double zero_acceleration_loss() const;

  experiment::Json resolved_;
  std::string id_;
  experiment::TrialConfig config_;
  std::unique_ptr<const physics::System> system_;
  physics::Dataset training_;  // of the first phase
  physics::Dataset validation_;
  std::vector<discrete::ReferenceTrajectory> training_trajectories_;  // with noise
  std::vector<discrete::ReferenceTrajectory> test_trajectories_;
  std::vector<double> scales_;
  std::unique_ptr<const network::Network> network_;
};

}  // namespace lnn::trial
