#include "experiment/keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>

#include "experiment/box.h"
#include "experiment/key_makers.h"
#include "experiment/published_discrete.h"
#include "experiment/published_training.h"
#include "experiment/trial_config.h"

namespace lnn::experiment {
namespace {

const network::NetworkOptions network_defaults;
const training::TrainingOptions training_defaults;
const rollout::Options rollout_defaults;

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

// Paper B learns from trajectories, paper A from boxes of states.
bool learns_from_trajectories(const Situation& s) {
  return s.values.at("data.source") == "trajectories";
}

// `text` is for paper A's trials.
Default by_source(const Default& box, const Json& trajectories) {
  return {fmt::format("{}; {} with trajectories", box.text, to_text(trajectories)),
          [=](const Situation& s) { return learns_from_trajectories(s) ? trajectories : box.value(s); }};
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
  const Default source_of_model{"trajectories for a discrete Lagrangian, else box", [](const Situation& s) {
                                  return s.values.at("model") == "lagrangian" ? "box" : "trajectories";
                                }};
  std::vector<Key> all{
      implied(name_key<Model>("model", fixed(to_name(Model::lagrangian)),
                              "what the network is: L(q, v), or L_d(q_k, q_{k+1})", "papers A and B")),
      implied(read_when(continuous_model,
                        name_key<DataSource>("data.source", source_of_model,
                                             "states drawn from a box, or trajectories", "papers A and B"))),
  };
  const std::vector<Key> of_boxes{
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
  for (const Key& key : of_boxes) all.push_back(read_when(from_box, key));
  return all;
}

std::vector<Key> network_keys() {
  const Default signature{
      "lorentzian for a system with a time coordinate, else euclidean",
      [](const Situation& s) { return s.system.lorentzian() ? "lorentzian" : "euclidean"; }};
  return {
      name_key<network::Activation>(
          "network.activation", by_source(fixed("gelu"), "softplus"),
          "activation of the hidden layers; parallel branches joined by '+', e.g. 'softplus+quadratic'",
          "paper A, III.2 and IV.4", KeyType::activation),
      integer_key("network.hidden_layers",
                  published_setting(&PublishedTraining::hidden_layers, "3 (1-D systems: 2)"), 1, 64,
                  "hidden layers; the paper's \"4-layer\" network has 3", "paper A, appendix C"),
      integer_key("network.width",
                  by_source(published_setting(&PublishedTraining::width, "500 (1-D systems: 128)"), 128), 1,
                  65536, "total width of a hidden layer, shared evenly by the branches",
                  "paper A, appendix C"),
      name_key<network::Initialization>("network.initialization",
                                        by_source(fixed(to_name(network_defaults.initialization)), "stax"),
                                        "initial weights", "paper A, III.5 and C.7; paper B's code: stax"),
      read_when(continuous_model,
                name_key<network::InputLayer>(
                    "network.input_layer", fixed(to_name(network_defaults.input_layer)),
                    "layer in front of the network; dyt is gamma tanh(alpha x) + beta", "paper A, IV.2")),
      read_when(continuous_model,
                read_when({"network.input_layer", "dyt"},
                          any_sign(real_key("network.dyt_alpha", fixed(network_defaults.dyt_alpha),
                                            "initial alpha of the DyT layer", "authors' code")))),
      read_when(
          continuous_model,
          any_sign(real_key("network.quadratic_term", by_source(fixed(network_defaults.quadratic_term), 0.0),
                            "a in the added term a sum_i v_i^2 on scaled velocities; 0 switches it off",
                            "paper A, II and IV.3"))),
      read_when(continuous_model,
                read_when({"network.quadratic_term", 0.0, false},
                          name_key<network::Signature>("network.signature", signature,
                                                       "sign of the time velocity in the quadratic term",
                                                       "authors' code"))),
      integer_key("network.seed", fixed(network_defaults.seed), 0, largest_network_seed,
                  "seed of the initial weights and of the order of samples; set by `seeds`", "this program"),
  };
}

std::vector<Key> training_keys() {
  return {
      name_key<training::Schedule>(
          "training.schedule", by_source(fixed(to_name(training_defaults.schedule)), "steps"),
          "learning rate over the passes; cosine rises again after t_max; steps: training.rates",
          "paper A, appendix C; paper B's code"),
      read_when(
          {"training.schedule", "steps"},
          basic_key("training.rates", KeyType::rates,
                    {"[[0, 0.003], [1000, 0], [2001, 0.0003]]",
                     [](const Situation&) {
                       return Json::array({{0, 3e-3}, {1000, 0.0}, {2001, 3e-4}});
                     }},
                    "1", "schedule of steps: each rate holds from its pass on", "paper B's code, in effect")),
      integer_key("training.epochs",
                  by_source(published_setting(&PublishedTraining::epochs, "published"), 1000), 1, 1e7,
                  "epochs of the first phase: each ends with a validation and a row of the history",
                  "paper A, appendix D; authors' code"),
      implied(
          integer_key("training.passes_per_epoch", by_source(fixed(1), 100), 1, 1e6,
                      "passes over the training set in an epoch; paper B's 100,000 \"epochs\" are 1000 x 100",
                      "this program")),
      read_when({"training.schedule", "steps", false},
                positive(real_key("training.learning_rate",
                                  published_setting(&PublishedTraining::learning_rate, "published"),
                                  "highest learning rate", "authors' code"))),

      read_when(cosine_schedule,
                real_key("training.eta_min", published_setting(&PublishedTraining::eta_min, "published"),
                         "lowest learning rate of the cosine schedule", "authors' code")),
      read_when(cosine_schedule,
                integer_key("training.t_max", tenth_of("training.epochs"), 1, 1e7,
                            "passes from the highest to the lowest learning rate", "authors' code")),
      read_when(from_box, basic_key("training.phases", KeyType::phases, fixed(Json::array()), "",
                                    "later phases, each starting from the best model before it with new data "
                                    "(seed data.seed + 111)",
                                    "paper A, V.1 and D.1")),
      read_when(continuous_model,
                name_key<training::BaseLoss>(
                    "training.base_loss", by_source(fixed(to_name(training_defaults.base_loss)), "state_mse"),
                    "state_mae: mean over [v, a], half the acceleration's error, as published; "
                    "acceleration_mae: mean over a; state_mse: mean of squares over [v, a]",
                    "paper A, eq. 2; authors' code; paper B's code")),
      read_when(continuous_model, name_key<training::Regularizer>(
                                      "training.regularizer",
                                      by_source({"eigenvalue (ads2, ads3, ads4: lorentzian_sylvester)",
                                                 [](const Situation& s) {
                                                   return to_name(
                                                       published_training(s.system.name()).regularizer);
                                                 }},
                                                "none"),
                                      "penalty on the mass matrix", "paper A, III.1, eqs. 3 to 5")),
      read_when(continuous_model,
                read_when({"training.regularizer", "none", false},
                          real_key("training.lambda", fixed(training_defaults.lambda),
                                   "weight of the penalty", "paper A, IV.1; authors' code"))),
      name_key<training::Optimizer>(
          "training.optimizer", by_source(fixed(to_name(training_defaults.optimizer)), "adam"),
          "the paper says Adam, the published numbers come from RAdam", "authors' code"),
      below_one(real_key("training.beta1", fixed(training_defaults.beta1), "decay of the first moment",
                         "authors' code")),
      below_one(real_key("training.beta2", fixed(training_defaults.beta2), "decay of the second moment",
                         "authors' code")),
      positive(real_key("training.epsilon", fixed(training_defaults.epsilon),
                        "floor of the second moment's root", "authors' code")),
      real_key("training.weight_decay", by_source(fixed(training_defaults.weight_decay), 0.0),
               "L2 term added to the gradient after clipping", "authors' code"),
      real_key("training.clip_norm", by_source(fixed(training_defaults.clip_norm), 0.0),
               "largest global L2 norm of the gradient; 0 switches clipping off", "paper A, appendix C"),
      integer_key("training.batch_size",
                  {"128 (1-D systems: 64); with trajectories the whole set",
                   [](const Situation& s) {
                     return learns_from_trajectories(s) ? trajectory_samples(s.values)
                                                        : published_training(s.system.name()).batch_size;
                   }},
                  1, largest_size, "samples of a gradient step; the last, smaller batch counts",
                  "paper A, appendix C; authors' code"),
      implied(name_key<training::Selection>(
          "training.selection", by_source(fixed("best"), "last"),
          "the model that a training ends with: of the lowest validation loss, or the last",
          "papers' codes")),
      name_key<training::Precision>("training.precision",
                                    by_source(fixed(to_name(training_defaults.precision)), "float64"),
                                    "arithmetic of the training", "authors' code"),
  };
}

// The published grid; a system without tests never reads it. Kept, since the tests' states are drawn with it.
physics::TimeGrid published_grid(const physics::System& system) {
  static std::map<std::string, physics::TimeGrid, std::less<>> known;
  const auto found = known.find(system.name());
  if (found != known.end()) return found->second;
  const bool has_tests = physics::has_published_rollout_tests(system);
  return known[std::string(system.name())] =
             has_tests ? physics::published_rollout_tests(system).grid : physics::TimeGrid{};
}

Default published_time(double physics::TimeGrid::*member) {
  return {"published", [member](const Situation& s) { return published_grid(s.system).*member; }};
}

Default published_tests() {
  return {"published; none for systems that have none", [](const Situation& s) {
            return to_name(physics::has_published_rollout_tests(s.system) ? rollout::Tests::published
                                                                          : rollout::Tests::none);
          }};
}

// Paper A's rollouts: its trials only, since trajectories are rolled out from their own initial states.
std::vector<Key> test_keys() {
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

std::vector<Key> rollout_keys() {
  std::vector<Key> all;
  for (const Key& key : test_keys()) all.push_back(read_when(from_box, key));
  all.push_back(read_when(
      from_trajectories,
      integer_key(
          "rollout.steps",
          {"published", [](const Situation& s) { return published_discrete(s.system).extended_steps; }}, 2,
          1e6, "steps of the rollout, from the start of the first training trajectory",
          "paper B, IV and its code")));
  return all;
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
    for (const auto& part : {data_keys(), trajectory_keys(), network_keys(), training_keys(), discrete_keys(),
                             symmetry_keys(), rollout_keys()}) {
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
  for (const auto& [other, value, equal] : key.read_when) {
    const Json& actual = values.at(other);
    if ((actual == value) == equal) continue;
    return actual.is_string() ? fmt::format("{} is '{}'", other, to_text(actual))
                              : fmt::format("{} is {}", other, to_text(actual));
  }
  return "";
}

int trajectory_samples(const Settings& values) {
  const int steps = values.at("trajectory.steps");
  const int of_each = values.at("model") == "lagrangian" ? steps + 1 : steps - 1;
  return values.at("trajectory.count").get<int>() * of_each;
}

}  // namespace lnn::experiment
