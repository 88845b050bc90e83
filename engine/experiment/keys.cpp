#include "experiment/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/names.h"
#include "experiment/box.h"
#include "experiment/published_training.h"
#include "experiment/trial_config.h"

namespace lnn::experiment {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double largest_size = 1e8;
constexpr double largest_data_seed = 2e9;                    // 2 S + j of the generator stays below 2^32
constexpr double largest_network_seed = 9007199254740992.0;  // 2^53: exact in every JSON reader

const network::NetworkOptions network_defaults;
const training::TrainingOptions training_defaults;
const rollout::Options rollout_defaults;

Default fixed(const Json& value) {
  return {to_text(value), [value](const Situation&) { return value; }};
}

Default published_box(physics::SamplingOptions physics::PublishedSampling::*set,
                      physics::Box physics::SamplingOptions::*box) {
  return {"published", [=](const Situation& s) { return box_to_json(s.published.*set.*box); }};
}

template <class Field>
Default published_setting(Field PublishedTraining::*field, const std::string& text) {
  return {text, [=](const Situation& s) { return Json(published_training(s.system.name()).*field); }};
}

Default tenth_of(const std::string& epochs_key) {
  return {"floor(epochs / 10), at least 1",
          [=](const Situation& s) { return std::max(1, s.values.at(epochs_key).get<int>() / 10); }};
}

Default same_as(const std::string& key) {
  return {"the first phase's", [=](const Situation& s) { return s.values.at(key); }};
}

Key basic_key(const std::string& path, KeyType type, Default fallback, const std::string& unit,
              const std::string& meaning, const std::string& source) {
  Key key;
  key.path = path;
  key.type = type;
  key.fallback = std::move(fallback);
  key.unit = unit;
  key.meaning = meaning;
  key.source = source;
  return key;
}

template <class E>
Key name_key(const std::string& path, Default fallback, const std::string& meaning, const std::string& source,
             KeyType type = KeyType::name) {
  Key key = basic_key(path, type, std::move(fallback), "", meaning, source);
  key.names = enum_names<E>();
  return key;
}

Key number_key(const std::string& path, KeyType type, Default fallback, double low, double high,
               const std::string& meaning, const std::string& source) {
  Key key = basic_key(path, type, std::move(fallback), "1", meaning, source);
  key.low = low;
  key.high = high;
  return key;
}

Key integer_key(const std::string& path, Default fallback, double low, double high,
                const std::string& meaning, const std::string& source) {
  return number_key(path, KeyType::integer, std::move(fallback), low, high, meaning, source);
}

/// A real number that is not negative.
Key real_key(const std::string& path, Default fallback, const std::string& meaning,
             const std::string& source) {
  return number_key(path, KeyType::real, std::move(fallback), 0, infinity, meaning, source);
}

Key positive(Key key) {
  key.low_allowed = false;
  return key;
}

Key below_one(Key key) {
  key.high = 1;
  key.high_allowed = false;
  return key;
}

Key any_sign(Key key) {
  key.low = -infinity;
  return key;
}

Key box_key(const std::string& path, Default fallback, const std::string& unit, const std::string& meaning,
            const std::string& source) {
  return basic_key(path, KeyType::box, std::move(fallback), unit, meaning, source);
}

Key read_when(ReadRule rule, Key key) {
  key.read_when = std::move(rule);
  return key;
}

const ReadRule cosine_schedule{"training.schedule", "cosine"};
const std::string coordinate_unit = "of each coordinate";
const std::string velocity_unit = "of each coordinate, per s";

std::vector<Key> data_keys() {
  using physics::PublishedSampling;
  using physics::SamplingOptions;
  const Default published_samples{"published",
                                  [](const Situation& s) { return s.published.training.samples; }};
  const Default published_seed{"published", [](const Situation& s) { return s.published.training.seed; }};
  const Default validation_samples{"max(100, floor(data.samples / 5))", [](const Situation& s) {
                                     return physics::validation_samples(s.values.at("data.samples"));
                                   }};
  const Default validation_seed{"data.seed + 999", [](const Situation& s) {
                                  return s.values.at("data.seed").get<std::uint32_t>() +
                                         physics::validation_seed_offset;
                                }};
  const std::string source = "paper A, appendix D; authors' code";
  return {
      name_key<Scaling>("scaling", fixed("physical"),
                        "divide data by one scale per coordinate, or leave them in physical units",
                        "paper A, III.3 and IV.2"),
      integer_key("data.samples", published_samples, 1, largest_size, "training states drawn from the box",
                  source),
      integer_key("data.seed", published_seed, 0, largest_data_seed, "seed of the training set", source),
      box_key("data.q_box", published_box(&PublishedSampling::training, &SamplingOptions::q_box),
              coordinate_unit, "box of training positions", source),
      box_key("data.v_box", published_box(&PublishedSampling::training, &SamplingOptions::v_box),
              velocity_unit, "box of training velocities", source),
      integer_key("data.validation_samples", validation_samples, 1, largest_size,
                  "validation states, the same in every epoch", source),
      integer_key("data.validation_seed", validation_seed, 0,
                  largest_data_seed + physics::validation_seed_offset, "seed of the validation set", source),
      box_key("data.validation_q_box", published_box(&PublishedSampling::validation, &SamplingOptions::q_box),
              coordinate_unit, "box of validation positions", source),
      box_key("data.validation_v_box", published_box(&PublishedSampling::validation, &SamplingOptions::v_box),
              velocity_unit, "box of validation velocities", source),
  };
}

std::vector<Key> network_keys() {
  const Default signature{
      "lorentzian for a system with a time coordinate, else euclidean",
      [](const Situation& s) { return s.system.lorentzian() ? "lorentzian" : "euclidean"; }};
  return {
      name_key<network::Activation>(
          "network.activation", fixed("gelu"),
          "activation of the hidden layers; parallel branches joined by '+', e.g. 'softplus+quadratic'",
          "paper A, III.2 and IV.4", KeyType::activation),
      integer_key("network.hidden_layers",
                  published_setting(&PublishedTraining::hidden_layers, "3 (1-D systems: 2)"), 1, 64,
                  "hidden layers; the paper's \"4-layer\" network has 3", "paper A, appendix C"),
      integer_key("network.width", published_setting(&PublishedTraining::width, "500 (1-D systems: 128)"), 1,
                  65536, "total width of a hidden layer, shared evenly by the branches",
                  "paper A, appendix C"),
      name_key<network::Initialization>("network.initialization",
                                        fixed(to_name(network_defaults.initialization)), "initial weights",
                                        "paper A, III.5 and C.7"),
      name_key<network::InputLayer>("network.input_layer", fixed(to_name(network_defaults.input_layer)),
                                    "layer in front of the network; dyt is gamma tanh(alpha x) + beta",
                                    "paper A, IV.2"),
      read_when({"network.input_layer", "dyt"},
                any_sign(real_key("network.dyt_alpha", fixed(network_defaults.dyt_alpha),
                                  "initial alpha of the DyT layer", "authors' code"))),
      any_sign(real_key("network.quadratic_term", fixed(network_defaults.quadratic_term),
                        "a in the added term a sum_i v_i^2 on scaled velocities; 0 switches it off",
                        "paper A, II and IV.3")),
      read_when(
          {"network.quadratic_term", 0.0, false},
          name_key<network::Signature>("network.signature", signature,
                                       "sign of the time velocity in the quadratic term", "authors' code")),
      integer_key("network.seed", fixed(network_defaults.seed), 0, largest_network_seed,
                  "seed of the initial weights and of the order of samples; set by `seeds`", "this program"),
  };
}

std::vector<Key> training_keys() {
  return {
      integer_key("training.epochs", published_setting(&PublishedTraining::epochs, "published"), 1, 1e7,
                  "epochs of the first phase", "paper A, appendix D; authors' code"),
      positive(real_key("training.learning_rate",
                        published_setting(&PublishedTraining::learning_rate, "published"),
                        "highest learning rate", "authors' code")),
      name_key<training::Schedule>("training.schedule", fixed(to_name(training_defaults.schedule)),
                                   "learning rate over the epochs; cosine rises again after t_max",
                                   "paper A, appendix C"),
      read_when(cosine_schedule,
                real_key("training.eta_min", published_setting(&PublishedTraining::eta_min, "published"),
                         "lowest learning rate of the cosine schedule", "authors' code")),
      read_when(cosine_schedule,
                integer_key("training.t_max", tenth_of("training.epochs"), 1, 1e7,
                            "epochs from the highest to the lowest learning rate", "authors' code")),
      basic_key(
          "training.phases", KeyType::phases, fixed(Json::array()), "",
          "later phases, each starting from the best model before it with new data (seed data.seed + 111)",
          "paper A, V.1 and D.1"),
      name_key<training::BaseLoss>(
          "training.base_loss", fixed(to_name(training_defaults.base_loss)),
          "state_mae: mean over [v, a], half the acceleration's error, as published; "
          "acceleration_mae: mean over a",
          "paper A, eq. 2; authors' code"),
      name_key<training::Regularizer>(
          "training.regularizer",
          {"eigenvalue (ads2, ads3, ads4: lorentzian_sylvester)",
           [](const Situation& s) { return to_name(published_training(s.system.name()).regularizer); }},
          "penalty on the mass matrix", "paper A, III.1, eqs. 3 to 5"),
      read_when({"training.regularizer", "none", false},
                real_key("training.lambda", fixed(training_defaults.lambda), "weight of the penalty",
                         "paper A, IV.1; authors' code")),
      name_key<training::Optimizer>("training.optimizer", fixed(to_name(training_defaults.optimizer)),
                                    "the paper says Adam, the published numbers come from RAdam",
                                    "authors' code"),
      below_one(real_key("training.beta1", fixed(training_defaults.beta1), "decay of the first moment",
                         "authors' code")),
      below_one(real_key("training.beta2", fixed(training_defaults.beta2), "decay of the second moment",
                         "authors' code")),
      positive(real_key("training.epsilon", fixed(training_defaults.epsilon),
                        "floor of the second moment's root", "authors' code")),
      real_key("training.weight_decay", fixed(training_defaults.weight_decay),
               "L2 term added to the gradient after clipping", "authors' code"),
      real_key("training.clip_norm", fixed(training_defaults.clip_norm),
               "largest global L2 norm of the gradient; 0 switches clipping off", "paper A, appendix C"),
      integer_key("training.batch_size",
                  published_setting(&PublishedTraining::batch_size, "128 (1-D systems: 64)"), 1, largest_size,
                  "samples of a gradient step; the last, smaller batch counts",
                  "paper A, appendix C; authors' code"),
      name_key<training::Precision>("training.precision", fixed(to_name(training_defaults.precision)),
                                    "arithmetic of the training", "authors' code"),
  };
}

// The published grid; a system without tests never reads it.
Default published_time(double physics::TimeGrid::*member) {
  return {"published", [member](const Situation& s) {
            const bool known = physics::has_published_rollout_tests(s.system);
            return (known ? physics::published_rollout_tests(s.system).grid : physics::TimeGrid{}).*member;
          }};
}

Default published_tests() {
  return {"published; none for systems that have none", [](const Situation& s) {
            return to_name(physics::has_published_rollout_tests(s.system) ? rollout::Tests::published
                                                                          : rollout::Tests::none);
          }};
}

std::vector<Key> rollout_keys() {
  const std::string source = "paper A, V and its code";
  const ReadRule with_tests{"rollout.tests", "none", false};
  const auto time_key = [&](const std::string& path, double physics::TimeGrid::*member,
                            const std::string& meaning) {
    Key key = positive(real_key(path, published_time(member), meaning, source));
    key.unit = std::string("s");  // a literal makes GCC 12 warn of overlaps that are not there
    return read_when(with_tests, key);
  };
  return {
      name_key<rollout::Tests>("rollout.tests", published_tests(),
                               "initial states from which the best model is rolled out", source),
      time_key("rollout.dt", &physics::TimeGrid::dt, "time between two stored states"),
      time_key("rollout.t_end", &physics::TimeGrid::t_end, "end of the rollouts"),
      read_when(with_tests,
                positive(real_key("rollout.absolute_tolerance", fixed(rollout_defaults.tolerances.absolute),
                                  "of the learned model's solver, in one step", source))),
      read_when(with_tests,
                positive(real_key("rollout.relative_tolerance", fixed(rollout_defaults.tolerances.relative),
                                  "of the learned model's solver, in one step", source))),
      read_when(with_tests, integer_key("rollout.max_steps", fixed(rollout_defaults.max_steps), 1, 1e9,
                                        "steps after which the learned model's solver gives up, per test",
                                        "this program")),
  };
}

std::vector<Key> make_phase_keys() {
  const std::string source = "paper A, V.1 and D.1";
  return {
      integer_key("epochs", same_as("training.epochs"), 1, 1e7, "epochs of this phase", source),
      positive(real_key("learning_rate", same_as("training.learning_rate"), "highest learning rate", source)),
      read_when(cosine_schedule,
                real_key("eta_min", same_as("training.eta_min"), "lowest learning rate", source)),
      read_when(cosine_schedule, integer_key("t_max", tenth_of("epochs"), 1, 1e7,
                                             "epochs from the highest to the lowest learning rate", source)),
      integer_key("samples", same_as("data.samples"), 1, largest_size, "training states of this phase",
                  source),
      box_key("q_box", same_as("data.q_box"), coordinate_unit, "box of training positions", source),
      box_key("v_box", same_as("data.v_box"), velocity_unit, "box of training velocities", source),
  };
}

}  // namespace

const std::vector<Key>& keys() {
  static const std::vector<Key> table = [] {
    std::vector<Key> all;
    for (const auto& part : {data_keys(), network_keys(), training_keys(), rollout_keys()}) {
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }();
  return table;
}

const std::vector<Key>& phase_keys() {
  static const std::vector<Key> table = make_phase_keys();
  return table;
}

const Key* find_key(const std::string& path) {
  for (const Key& key : keys()) {
    if (key.path == path) return &key;
  }
  return nullptr;
}

std::string why_unread(const Key& key, const Settings& values) {
  if (!key.read_when) return "";
  const auto& [other, value, equal] = *key.read_when;
  const Json& actual = values.at(other);
  if ((actual == value) == equal) return "";
  return actual.is_string() ? fmt::format("{} is '{}'", other, to_text(actual))
                            : fmt::format("{} is {}", other, to_text(actual));
}

}  // namespace lnn::experiment
