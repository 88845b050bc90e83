#pragma once

#include <map>
#include <string>

#include "discrete/options.h"
#include "experiment/settings.h"
#include "network/options.h"
#include "physics/sampling.h"
#include "rollout/options.h"
#include "training/options.h"

/// One trial's configuration: everything that decides its numbers, and nothing else.
namespace lnn::experiment {

/// Data are divided by one scale per coordinate (paper A, section III.3), or left in physical units.
enum class Scaling { physical, none };

/// What the network is: L(q, v) of an LNN, or a discrete Lagrangian L_d(q_k, q_{k+1}) (DLNN, SymDLNN).
enum class Model { lagrangian, discrete_lagrangian };

/// What a trial learns from: states drawn from a box and their accelerations (paper A), or trajectories
/// (paper B).
enum class DataSource { box, trajectories };

/// A fully resolved trial as the trainer reads it.
struct TrialConfig {
  std::string system;
  std::map<std::string, double> constants;  ///< every constant of the system
  Model model = Model::lagrangian;
  DataSource source = DataSource::box;
  Scaling scaling = Scaling::physical;  ///< none with trajectories
  physics::SamplingOptions validation;  ///< of boxes
  discrete::TrajectoryOptions trajectory;
  network::NetworkOptions network;
  training::TrainingOptions training;  ///< phases[0].data is the box's training set; shuffle_seed =
                                       ///< network.seed
  discrete::LossOptions discrete;      ///< of discrete Lagrangians
  discrete::SymmetryOptions symmetry;
  rollout::Options rollout;  ///< not part of the trial's identity: evaluates it, changes no training
  int rollout_steps = 0;     ///< of trajectories, likewise
};

/// Completes a partial configuration: published defaults of the system, then `overrides`. Keys may be nested
/// objects or dotted ("network.width"). The result is canonical: every key that the trial reads, numbers in
/// one form, keys that this trial never reads left out (e.g. `training.lambda` without a regularizer). Throws
/// UserError (prefixed with `where`, e.g. "experiments/x.json: base") for an unknown key (with the nearest),
/// a wrong type, or an impossible value, naming key, value and what is allowed.
Json resolve_config(const Json& overrides, const std::string& where);

/// True when the resolved configuration reads `key` (dotted); a swept key that is never read is a planning
/// error.
bool reads_key(const Json& resolved, const std::string& key);

/// Why it does not: "training.regularizer is 'none'"; "" when it does.
std::string why_unread(const Json& resolved, const std::string& key);

/// Reads a resolved configuration. Resolves it first, so a hand-written partial file works too.
TrialConfig parse_trial_config(const Json& config, const std::string& where);

/// What the trials of one arm share: the resolved configuration without the network's seed and without seeds
/// that follow it.
Json without_seed(const Json& resolved);

/// The canonical JSON text of everything that decides the training. The keys `rollout.*` are left out: a
/// trained model can be rolled out anew. Changing it orphans every finished trial.
std::string identity_text(const Json& resolved);

/// A trial's id: the short_digest of its identity_text.
std::string trial_id(const Json& resolved);

}  // namespace lnn::experiment

namespace lnn {
template <>
struct EnumNames<experiment::Model> {
  using E = experiment::Model;
  static constexpr const char* what = "model";
  static constexpr std::array table{std::pair{E::lagrangian, "lagrangian"},
                                    std::pair{E::discrete_lagrangian, "discrete_lagrangian"}};
};
template <>
struct EnumNames<experiment::DataSource> {
  using E = experiment::DataSource;
  static constexpr const char* what = "data.source";
  static constexpr std::array table{std::pair{E::box, "box"}, std::pair{E::trajectories, "trajectories"}};
};
template <>
struct EnumNames<experiment::Scaling> {
  using E = experiment::Scaling;
  static constexpr const char* what = "scaling";
  static constexpr std::array table{std::pair{E::physical, "physical"}, std::pair{E::none, "none"}};
};
}  // namespace lnn
