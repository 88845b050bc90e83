#include "experiment/trial_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "experiment/box.h"
#include "experiment/digest.h"
#include "experiment/keys.h"
#include "experiment/published_discrete.h"

namespace lnn::experiment {
namespace {

std::unique_ptr<const physics::System> system_of(const Settings& settings, const std::string& where) {
  const auto name = settings.find("system");
  if (name == settings.end()) {
    throw_user_error("{}: the key 'system' is missing. Name one that `lnn-sweep systems` lists.", where);
  }
  std::map<std::string, double> constants;
  const std::string prefix = constants_prefix;
  for (const auto& [key, value] : settings) {
    if (key.starts_with(prefix)) constants[key.substr(prefix.size())] = value;
  }
  try {
    return physics::make_system(name->second.get<std::string>(), constants);
  } catch (const UserError& error) {
    throw_user_error("{}: {}", where, error.what());
  }
}

Settings system_values(const physics::System& system) {
  Settings values{{"system", std::string(system.name())}};
  for (const auto& constant : system.constants())
    values[constants_prefix + constant.name] = constant.value + 0.0;
  return values;
}

void require_entries(const Key& key, const Json& value, const physics::System& system,
                     const std::string& where) {
  const auto n = static_cast<std::size_t>(system.dimension());
  const std::size_t entries = key.power == 1 ? n : n * n;
  if (value.size() == entries) return;
  throw_user_error("{}: {} has {} numbers, but '{}' has {} coordinates. Give {}.", where, key.path,
                   value.size(), system.name(), n, entries);
}

// The given value or the default, canonical, with one interval per coordinate.
Json complete_value(const Key& key, const Settings& given, const Situation& situation,
                    const std::string& where) {
  const auto own = given.find(key.path);
  const Json value =
      canonical_value(key, own != given.end() ? own->second : key.fallback.value(situation), where);
  if (key.type == KeyType::vector) require_entries(key, value, situation.system, where);
  return key.type == KeyType::box ? box_for(situation.system, value, where + ": " + key.path) : value;
}

void require_falling_rate(const Settings& phase, const std::string& prefix, const Json& schedule,
                          const std::string& where) {
  const double eta_min = phase.at(prefix + "eta_min");
  const double learning_rate = phase.at(prefix + "learning_rate");
  if (schedule != "cosine" || eta_min <= learning_rate) return;
  throw_user_error("{}: {}eta_min {} is above learning_rate {}. Lower eta_min or raise learning_rate.", where,
                   prefix, eta_min, learning_rate);
}

std::vector<std::string> branches_of(const Settings& values) {
  return branch_names(values.at("network.activation"));
}

void require_source(const Settings& values, const std::string& where) {
  if (values.at("model") == "lagrangian" || values.at("data.source") == "trajectories") return;
  throw_user_error(
      "{}: data.source 'box' does not go with model 'discrete_lagrangian' (it learns from points one time "
      "step "
      "apart). Leave data.source out.",
      where);
}

void require_even_branches(const Settings& values, const std::string& where) {
  const auto branches = branches_of(values).size();
  const auto width = values.at("network.width").get<std::size_t>();
  if (width % branches == 0) return;
  throw_user_error("{}: network.width {} cannot be shared by the {} branches of '{}'. Give a multiple of {}.",
                   where, width, branches, to_text(values.at("network.activation")), branches);
}

// Affine maps q -> M q + w of n coordinates are an algebra of dimension n^2 + n.
void require_room_for_generators(const Settings& values, const physics::System& system,
                                 const std::string& where) {
  const int generators = values.at("symmetry.generators");
  const int n = system.dimension();
  if (generators <= n * n + n) return;
  throw_user_error(
      "{}: symmetry.generators {} is too many (the affine maps of {} coordinates have only {} independent "
      "generators). Give at most {}.",
      where, generators, n, n * n + n, n * n + n);
}

void require_test_points(const Settings& values, const physics::System& system, const std::string& where) {
  const bool published = values.at("symmetry.test_points") == "published";
  if (!published || published_discrete(system).has_guess) return;
  throw_user_error(
      "{}: symmetry.test_points 'published' is impossible (paper B has no test points for '{}'). Use "
      "'training_pairs' or 'box'.",
      where, system.name());
}

void require_published_tests(const Settings& values, const physics::System& system,
                             const std::string& where) {
  if (values.at("data.source") != "box" || values.at("rollout.tests") == "none" ||
      physics::has_published_rollout_tests(system))
    return;
  throw_user_error("{}: rollout.tests 'published' is impossible ('{}' has no published tests). Leave it out.",
                   where, system.name());
}

// Keys that came after paper A's trials, where they say nothing new.
void drop_implied(Settings& settings, const Settings& values, const Situation& situation,
                  const std::string& where) {
  if (values.at("data.source") != "box") return;
  for (const Key& key : keys()) {
    if (key.implied && values.at(key.path) == canonical_value(key, key.fallback.value(situation), where))
      settings.erase(key.path);
  }
}

void drop_unread(Settings& settings, const std::vector<Key>& table, const Settings& values) {
  for (const Key& key : table) {
    if (!why_unread(key, values).empty()) settings.erase(key.path);
  }
}

Json complete_phase(const Json& given, const Situation& first_phase, const std::string& where) {
  const Settings own = flatten(given, where);
  Situation situation = first_phase;
  Settings phase;
  for (const Key& key : phase_keys()) {
    phase[key.path] = situation.values[key.path] = complete_value(key, own, situation, where);
  }
  require_falling_rate(phase, "", situation.values.at("training.schedule"), where);
  drop_unread(phase, phase_keys(), situation.values);
  return nest(phase);
}

Json complete_phases(const Situation& situation, const std::string& where) {
  Json phases = Json::array();
  for (const Json& given : situation.values.at("training.phases")) {
    phases.push_back(
        complete_phase(given, situation, fmt::format("{}: training.phases[{}]", where, phases.size())));
  }
  return phases;
}

// All settings of a trial and the system that they describe.
struct Complete {
  std::unique_ptr<const physics::System> system;
  Settings values;
};

Complete complete(const Json& overrides, const std::string& where) {
  const Settings given = canonical_settings(flatten(overrides, where), where);
  auto system = system_of(given, where);
  Situation situation{*system, physics::published_sampling(*system), system_values(*system)};
  Settings& values = situation.values;
  for (const Key& key : keys()) values[key.path] = complete_value(key, given, situation, where);
  values["training.phases"] = complete_phases(situation, where);
  require_source(values, where);
  require_even_branches(values, where);
  require_room_for_generators(values, *system, where);
  require_test_points(values, *system, where);
  require_published_tests(values, *system, where);
  require_falling_rate(values, "training.", values.at("training.schedule"), where);
  return {std::move(system), std::move(values)};
}

template <class E>
E name_at(const Settings& values, const std::string& key) {
  return from_name<E>(values.at(key).get<std::string>());
}

network::NetworkOptions network_options(const Settings& values, int coordinates) {
  network::NetworkOptions options;
  options.coordinates = coordinates;
  options.branches.clear();
  for (const std::string& branch : branches_of(values)) {
    options.branches.push_back(from_name<network::Activation>(branch));
  }
  options.hidden_layers = values.at("network.hidden_layers");
  options.width = values.at("network.width");
  options.initialization = name_at<network::Initialization>(values, "network.initialization");
  options.input_layer = name_at<network::InputLayer>(values, "network.input_layer");
  options.dyt_alpha = values.at("network.dyt_alpha");
  const bool discrete = values.at("model") == "discrete_lagrangian";
  if (discrete) options.input_layer = network::InputLayer::none;
  options.quadratic_term = discrete ? 0.0 : values.at("network.quadratic_term").get<double>();
  options.generators = discrete ? values.at("symmetry.generators").get<int>() : 0;
  options.signature = name_at<network::Signature>(values, "network.signature");
  options.seed = values.at("network.seed");
  return options;
}

std::vector<training::RateStep> rates_of(const Json& steps) {
  std::vector<training::RateStep> rates;
  for (const Json& step : steps) rates.push_back({step[0], step[1]});
  return rates;
}

training::Phase first_phase(const Settings& values) {
  return {.epochs = values.at("training.epochs"),
          .learning_rate = values.at("training.learning_rate"),
          .eta_min = values.at("training.eta_min"),
          .t_max = values.at("training.t_max"),
          .rates = rates_of(values.at("training.rates")),
          .data = {.samples = values.at("data.samples"),
                   .seed = values.at("data.seed"),
                   .q_box = box_from_json(values.at("data.q_box")),
                   .v_box = box_from_json(values.at("data.v_box"))}};
}

training::Phase later_phase(const Json& phase, const training::Phase& first) {
  const int epochs = phase.at("epochs");
  return {.epochs = epochs,
          .learning_rate = phase.at("learning_rate"),
          .eta_min = phase.value("eta_min", first.eta_min),
          .t_max = phase.value("t_max", std::max(1, epochs / 10)),
          .rates = first.rates,
          .data = {.samples = phase.at("samples"),
                   .seed = first.data.seed + physics::continued_seed_offset,
                   .q_box = box_from_json(phase.at("q_box")),
                   .v_box = box_from_json(phase.at("v_box"))}};
}

training::TrainingOptions training_options(const Settings& values) {
  training::TrainingOptions options;
  options.phases = {first_phase(values)};
  const bool boxes = values.at("data.source") == "box";
  for (const Json& phase : boxes ? values.at("training.phases") : Json::array()) {
    options.phases.push_back(later_phase(phase, options.phases.front()));
  }
  options.base_loss = name_at<training::BaseLoss>(values, "training.base_loss");
  options.regularizer = name_at<training::Regularizer>(values, "training.regularizer");
  options.lambda = values.at("training.lambda");
  options.optimizer = name_at<training::Optimizer>(values, "training.optimizer");
  options.schedule = name_at<training::Schedule>(values, "training.schedule");
  options.beta1 = values.at("training.beta1");
  options.beta2 = values.at("training.beta2");
  options.epsilon = values.at("training.epsilon");
  options.weight_decay = values.at("training.weight_decay");
  options.clip_norm = values.at("training.clip_norm");
  options.batch_size = values.at("training.batch_size");
  options.passes_per_epoch = values.at("training.passes_per_epoch");
  options.selection = name_at<training::Selection>(values, "training.selection");
  options.precision = name_at<training::Precision>(values, "training.precision");
  options.shuffle_seed = values.at("network.seed");
  return options;
}

discrete::TrajectoryOptions trajectory_options(const Settings& values) {
  return {.q = values.at("trajectory.q"),
          .v = values.at("trajectory.v"),
          .count = values.at("trajectory.count"),
          .q_spread = values.at("trajectory.q_spread"),
          .v_spread = values.at("trajectory.v_spread"),
          .steps = values.at("trajectory.steps"),
          .time_step = values.at("trajectory.time_step"),
          .substeps = values.at("trajectory.substeps"),
          .noise = values.at("trajectory.noise"),
          .seed = values.at("trajectory.seed"),
          .test_q = values.at("trajectory.test_q"),
          .test_v = values.at("trajectory.test_v"),
          .velocities = name_at<discrete::Velocities>(values, "trajectory.velocities")};
}

discrete::LossOptions discrete_options(const Settings& values) {
  return {.components = name_at<discrete::Reduction>(values, "discrete.components"),
          .degeneracy_weight = values.at("discrete.degeneracy_weight"),
          .degeneracy_exponent = values.at("discrete.degeneracy_exponent"),
          .base_point_weight = values.at("discrete.base_point_weight"),
          .base_point_momentum = values.at("discrete.base_point_momentum")};
}

discrete::SymmetryOptions symmetry_options(const Settings& values, const physics::System& system) {
  return {.generators = values.at("symmetry.generators"),
          .weight = values.at("symmetry.weight"),
          .start = values.at("symmetry.start"),
          .test_points = name_at<discrete::TestPoints>(values, "symmetry.test_points"),
          .points = name_at<discrete::Reduction>(values, "symmetry.points"),
          .published_points = published_discrete(system).test_points,
          .box_points = values.at("symmetry.box_points"),
          .box_seed = values.at("symmetry.box_seed"),
          .box = box_from_json(values.at("symmetry.box")),
          .normalization = name_at<discrete::Normalization>(values, "symmetry.normalization"),
          .orthogonality_weight = values.at("symmetry.orthogonality_weight"),
          .guess = name_at<discrete::Guess>(values, "symmetry.guess"),
          .guess_seed = values.at("symmetry.guess_seed"),
          .w = values.at("symmetry.w"),
          .M = values.at("symmetry.M")};
}

physics::SamplingOptions validation_options(const Settings& values) {
  return {.samples = values.at("data.validation_samples"),
          .seed = values.at("data.validation_seed"),
          .q_box = box_from_json(values.at("data.validation_q_box")),
          .v_box = box_from_json(values.at("data.validation_v_box"))};
}

rollout::Options rollout_options(const Settings& values) {
  return {.tests = name_at<rollout::Tests>(values, "rollout.tests"),
          .grid = {.dt = values.at("rollout.dt"), .t_end = values.at("rollout.t_end")},
          .tolerances = {.absolute = values.at("rollout.absolute_tolerance"),
                         .relative = values.at("rollout.relative_tolerance")},
          .max_steps = values.at("rollout.max_steps")};
}

std::map<std::string, double> constants_of(const physics::System& system) {
  std::map<std::string, double> constants;
  for (const auto& constant : system.constants()) constants[constant.name] = constant.value;
  return constants;
}

}  // namespace

Json resolve_config(const Json& overrides, const std::string& where) {
  const auto [system, values] = complete(overrides, where);
  Settings read = values;
  drop_unread(read, keys(), values);
  drop_implied(read, values, {*system, physics::published_sampling(*system), values}, where);
  return nest(read);
}

bool reads_key(const Json& resolved, const std::string& key) {
  return find_value(resolved, key) != nullptr;
}

std::string why_unread(const Json& resolved, const std::string& key) {
  if (reads_key(resolved, key)) return "";
  const Key* known = find_key(key);
  return known == nullptr ? "the system has no such constant"
                          : why_unread(*known, complete(resolved, "trial").values);
}

TrialConfig parse_trial_config(const Json& config, const std::string& where) {
  const auto [system, values] = complete(config, where);
  return {.system = std::string(system->name()),
          .constants = constants_of(*system),
          .model = name_at<Model>(values, "model"),
          .source = name_at<DataSource>(values, "data.source"),
          .scaling = values.at("data.source") == "box" ? name_at<Scaling>(values, "scaling") : Scaling::none,
          .validation = validation_options(values),
          .trajectory = trajectory_options(values),
          .network = network_options(values, system->dimension()),
          .training = training_options(values),
          .discrete = discrete_options(values),
          .symmetry = symmetry_options(values, *system),
          .rollout = rollout_options(values),
          .rollout_steps = values.at("rollout.steps")};
}

Json without_seed(const Json& resolved) {
  Json settings = resolved;
  const Json* seed = find_value(resolved, "network.seed");
  const Json* guess = find_value(resolved, "symmetry.guess_seed");
  if (seed != nullptr && guess != nullptr && *seed == *guess) settings.at("symmetry").erase("guess_seed");
  if (seed != nullptr) settings.at("network").erase("seed");
  return settings;
}

std::string identity_text(const Json& resolved) {
  Json identity = resolved;
  identity.erase("rollout");
  return identity.dump();
}

std::string trial_id(const Json& resolved) {
  return short_digest(identity_text(resolved));
}

}  // namespace lnn::experiment
