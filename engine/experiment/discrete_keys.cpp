#include <utility>

#include "experiment/box.h"
#include "experiment/key_makers.h"
#include "experiment/published_discrete.h"

// The keys of paper B: trajectories, discrete Lagrangians, symmetries.
namespace lnn::experiment {
namespace {

const std::string& code() {
  static const std::string text = "paper B's code";
  return text;
}

PublishedDiscrete published(const Situation& s) {
  return published_discrete(s.system);
}

template <class Field>
Default published_trajectory(Field discrete::TrajectoryOptions::*field) {
  return {"published; our choice for other systems",
          [field](const Situation& s) { return Json(published(s).trajectory.*field); }};
}

// For a vector of n^power entries.
Default filled(int power, double value) {
  return {to_text(Json(value)) + " for each", [=](const Situation& s) {
            const auto n = static_cast<std::size_t>(s.system.dimension());
            return Json(std::vector<double>(power == 1 ? n : n * n, value));
          }};
}

// Published, else a small number for each entry.
Default published_guess(int power, std::vector<double> PublishedDiscrete::*field) {
  const Default small = filled(power, 0.1);
  return {"published; 0.1 for each in other systems", [=](const Situation& s) {
            const PublishedDiscrete known = published(s);
            return known.has_guess ? Json(known.*field) : small.value(s);
          }};
}

bool with_symmetry(const Situation& s) {
  return s.values.at("symmetry.generators") != 0;
}

Key with_rules(const std::vector<ReadRule>& rules, Key key) {
  for (const ReadRule& rule : rules) key = read_when(rule, std::move(key));
  return key;
}

std::vector<Key> with_rules(const std::vector<ReadRule>& rules, std::vector<Key> keys) {
  for (Key& key : keys) key = with_rules(rules, std::move(key));
  return keys;
}

Key in_unit(const std::string& unit, Key key) {
  key.unit = unit;
  return key;
}

}  // namespace

std::vector<Key> trajectory_keys() {
  using Options = discrete::TrajectoryOptions;
  const std::string position = "of each coordinate";
  const std::string velocity = "of each coordinate, per s";
  const std::string source = "paper B, IV and its code";
  return with_rules(
      {from_trajectories},
      {
          vector_key("trajectory.q", 1, published_trajectory(&Options::q), position, "initial position",
                     source),
          vector_key("trajectory.v", 1, published_trajectory(&Options::v), velocity, "initial velocity",
                     source),
          integer_key("trajectory.count", fixed(1), 1, 1e5, "training trajectories", "paper B, IV"),
          vector_key("trajectory.q_spread", 1, filled(1, 0.0), position,
                     "half widths of the uniform distribution of initial positions around trajectory.q",
                     "this program: the paper names no distribution"),
          vector_key("trajectory.v_spread", 1, filled(1, 0.0), velocity, "the same for initial velocities",
                     "this program: the paper names no distribution"),
          integer_key("trajectory.steps", published_trajectory(&Options::steps), 2, 1e6,
                      "steps of a trajectory; N steps give N - 1 triples, and one triple is needed", source),
          in_unit("s", positive(real_key("trajectory.time_step", published_trajectory(&Options::time_step),
                                         "time step h of the discrete Lagrangian", source))),
          integer_key("trajectory.substeps", fixed(Options{}.substeps), 1, 1e5,
                      "midpoint steps of the reference solution in one time step", code()),
          in_unit(position,
                  real_key("trajectory.noise", fixed(0.0),
                           "standard deviation of the noise on training positions (the paper's text "
                           "says variance 0.001, its code standard deviation 0.001)",
                           source)),
          integer_key("trajectory.seed", fixed(0), 0, largest_data_seed, "seed of initial states and noise",
                      "this program"),
          vector_key("trajectory.test_q", 1, published_trajectory(&Options::test_q), position,
                     "initial position of the test trajectory", source),
          vector_key("trajectory.test_v", 1, published_trajectory(&Options::test_v), velocity,
                     "initial velocity of the test trajectory", source),
          read_when(continuous_model,
                    name_key<discrete::Velocities>(
                        "trajectory.velocities", fixed("velocities"),
                        "what an LNN takes for velocities: true ones, or momenta, the slip of paper B's code",
                        code())),
      });
}

std::vector<Key> discrete_keys() {
  const discrete::LossOptions defaults;
  const Default components{"sum; mean with symmetries",
                           [](const Situation& s) { return with_symmetry(s) ? "mean" : "sum"; }};
  const std::string degeneracy = "paper B, III";
  std::vector<Key> keys{
      implied(integer_key("symmetry.generators", fixed(0), 0, 64,
                          "affine symmetry generators (M, w) that are learned as well; 0: DLNN, 1: SymDLNN",
                          "paper B, III")),
      name_key<discrete::Reduction>(
          "discrete.components", components,
          "residual loss over the components of a triple: sum (DLNN) or mean (SymDLNN)",
          "paper B, eq. 14; its code"),
      real_key("discrete.degeneracy_weight", fixed(defaults.degeneracy_weight),
               "weight of 1 - 1/(1 + exp(-0.01 d^m)), d = det D_2 D_1 L_d", degeneracy),
      read_when({"discrete.degeneracy_weight", 0.0, false},
                integer_key("discrete.degeneracy_exponent", fixed(defaults.degeneracy_exponent), 1, 2,
                            "m of the degeneracy term", degeneracy)),
      real_key("discrete.base_point_weight", fixed(defaults.base_point_weight),
               "weight of sum_i (-D_1 L_d(0, 0)_i - p)^2; 0 in all published runs", code()),
      read_when({"discrete.base_point_weight", 0.0, false},
                any_sign(real_key("discrete.base_point_momentum", fixed(defaults.base_point_momentum),
                                  "p of the base-point term", code()))),
  };
  return with_rules({discrete_model}, std::move(keys));
}

std::vector<Key> symmetry_keys() {
  const discrete::SymmetryOptions defaults;
  const std::string source = "paper B, III and its code";
  const ReadRule box_points{"symmetry.test_points", "box"};
  const ReadRule given{"symmetry.guess", "given"};
  const Default guess{"given where the paper gives one, else random",
                      [](const Situation& s) { return published(s).has_guess ? "given" : "random"; }};
  std::vector<Key> keys{
      real_key("symmetry.weight", fixed(defaults.weight), "weight of the symmetry and norm terms", source),
      integer_key("symmetry.start", fixed(defaults.start), 0, 1e9,
                  "passes without symmetry and norm terms at the beginning", source),
      name_key<discrete::TestPoints>(
          "symmetry.test_points",
          {"published for paper B's systems, else training_pairs",
           [](const Situation& s) { return published(s).has_guess ? "published" : "training_pairs"; }},
          "pairs at which the symmetry condition is tested", source),
      name_key<discrete::Reduction>("symmetry.points",
                                    {"sum for published test points, else mean",
                                     [](const Situation& s) {
                                       return s.values.at("symmetry.test_points") == "published" ? "sum"
                                                                                                 : "mean";
                                     }},
                                    "squared symmetry condition over the test points", source),
      read_when(box_points, integer_key("symmetry.box_points", fixed(defaults.box_points), 1, 1e6,
                                        "pairs drawn from symmetry.box", "paper B, remark 1")),
      read_when(box_points, integer_key("symmetry.box_seed", fixed(0), 0, largest_data_seed,
                                        "seed of these pairs", "this program")),
      read_when(box_points,
                box_key("symmetry.box",
                        {"published box of positions",
                         [](const Situation& s) { return box_to_json(s.published.training.q_box); }},
                        "of each coordinate", "box of both points of a pair", "paper B, remark 1")),
      name_key<discrete::Normalization>("symmetry.normalization", fixed(to_name(defaults.normalization)),
                                        "squared: (|v|^2 - 1)^2, as printed; absolute: | |v| - 1 |, as coded",
                                        "paper B, eq. 15; its code"),
      read_when({"symmetry.generators", 1, false},
                real_key("symmetry.orthogonality_weight", fixed(defaults.orthogonality_weight),
                         "weight of sum_{s<k} <v_k, v_s>^2, squared so that it is bounded below",
                         "paper B, remarks 2 and 3")),
      name_key<discrete::Guess>(
          "symmetry.guess", guess,
          "first generator: symmetry.w and symmetry.M, or a random unit vector; further "
          "ones are random",
          source),
      integer_key("symmetry.guess_seed",
                  {"network.seed", [](const Situation& s) { return s.values.at("network.seed"); }}, 0,
                  largest_network_seed, "seed of random guesses", "this program"),
      read_when(given, vector_key("symmetry.w", 1, published_guess(1, &PublishedDiscrete::w), "1",
                                  "first guess of w", source)),
      read_when(given, vector_key("symmetry.M", 2, published_guess(2, &PublishedDiscrete::M), "1",
                                  "first guess of M, row by row", source)),
  };
  return with_rules({discrete_model, {"symmetry.generators", 0, false}}, std::move(keys));
}

}  // namespace lnn::experiment
