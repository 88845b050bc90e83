// The keys of paper B: what trials on trajectories get by default, what they read, and what they refuse.
#include <cmath>

#include "expect_error.h"
#include "experiment/keys.h"
#include "experiment/pack.h"
#include "experiment/trial_config.h"

namespace {

using lnn::UserError;
using lnn::experiment::find_value;
using lnn::experiment::Json;
using lnn::experiment::parse_trial_config;
using lnn::experiment::trial_id;
using lnn::experiment::why_unread;
using lnn::testing::message_of;
namespace discrete = lnn::discrete;
namespace training = lnn::training;

Json resolve(const Json& config) {
  return lnn::experiment::resolve_config(config, "x.json: base");
}

Json discrete_trial(const std::string& system, const Json& more = Json::object()) {
  Json config{{"system", system}, {"model", "discrete_lagrangian"}};
  config.update(more);
  return config;
}

std::string error_of(const Json& config) {
  return message_of<UserError>([&] { resolve(config); });
}

// Paper facts B.1, B.2 and B.5.
void expect_published_training(const lnn::experiment::TrialConfig& config) {
  EXPECT_EQ(config.model, lnn::experiment::Model::discrete_lagrangian);
  EXPECT_EQ(config.source, lnn::experiment::DataSource::trajectories);
  EXPECT_THAT(config.network.branches, testing::ElementsAre(lnn::network::Activation::softplus));
  EXPECT_EQ(config.network.hidden_layers, 3);
  EXPECT_EQ(config.network.width, 128);
  EXPECT_EQ(config.network.initialization, lnn::network::Initialization::stax);
  EXPECT_EQ(config.network.quadratic_term, 0);
  EXPECT_EQ(config.training.precision, training::Precision::float64);
  EXPECT_EQ(config.training.optimizer, training::Optimizer::adam);
  EXPECT_EQ(config.training.weight_decay, 0);
  EXPECT_EQ(config.training.clip_norm, 0);
  EXPECT_EQ(config.training.selection, training::Selection::last);
  EXPECT_EQ(config.training.phases.at(0).epochs * config.training.passes_per_epoch, 100000);
  EXPECT_EQ(config.training.schedule, training::Schedule::steps);
  const auto& rates = config.training.phases.at(0).rates;
  ASSERT_EQ(rates.size(), 3U);
  EXPECT_EQ(rates[0].rate, 3e-3);
  EXPECT_EQ(rates[1].first_pass, 1000);
  EXPECT_EQ(rates[1].rate, 0);
  EXPECT_EQ(rates[2].first_pass, 2001);
  EXPECT_EQ(rates[2].rate, 3e-4);
  EXPECT_EQ(config.discrete.degeneracy_weight, 1);
  EXPECT_EQ(config.discrete.degeneracy_exponent, 1);
  EXPECT_EQ(config.discrete.base_point_weight, 0);
}

TEST(PaperB, TrainsTheCartPendulumAsPublished) {
  const auto config = parse_trial_config(discrete_trial("cart_pendulum"), "x");
  expect_published_training(config);
  EXPECT_THAT(config.trajectory.q, testing::ElementsAre(0.1, 0.1));
  EXPECT_THAT(config.trajectory.v, testing::ElementsAre(0, 0));
  EXPECT_THAT(config.trajectory.test_q, testing::ElementsAre(-1.1, -0.1));
  EXPECT_THAT(config.trajectory.test_v, testing::ElementsAre(0.1, -0.1));
  EXPECT_EQ(config.trajectory.time_step, 0.01);
  EXPECT_EQ(config.trajectory.steps, 200);
  EXPECT_EQ(config.trajectory.substeps, 100);
  EXPECT_EQ(config.trajectory.noise, 0);
  EXPECT_EQ(config.training.batch_size, 199) << "triples";
  EXPECT_EQ(config.rollout_steps, 300);
  EXPECT_EQ(config.symmetry.generators, 0);
  EXPECT_EQ(config.discrete.components, discrete::Reduction::sum);
}

TEST(PaperB, TrainsKeplerWithItsSymmetryAsPublished) {
  const auto config = parse_trial_config(discrete_trial("kepler", {{"symmetry.generators", 1}}), "x");
  expect_published_training(config);
  EXPECT_THAT(config.trajectory.q, testing::ElementsAre(1, 0));
  EXPECT_THAT(config.trajectory.v, testing::ElementsAre(0, 0.6));
  EXPECT_THAT(config.trajectory.test_q, testing::ElementsAre(1.1, -0.01));
  EXPECT_EQ(config.trajectory.time_step, 0.1);
  EXPECT_EQ(config.trajectory.steps, 50);
  EXPECT_EQ(config.training.batch_size, 49);
  EXPECT_EQ(config.rollout_steps, 200);
  EXPECT_EQ(config.discrete.components, discrete::Reduction::mean) << "as SymDLNN's code has it";
  const discrete::SymmetryOptions& symmetry = config.symmetry;
  EXPECT_EQ(config.network.generators, 1);
  EXPECT_EQ(symmetry.weight, 1);
  EXPECT_EQ(symmetry.start, 5000);
  EXPECT_EQ(symmetry.test_points, discrete::TestPoints::published);
  EXPECT_EQ(symmetry.points, discrete::Reduction::sum);
  EXPECT_EQ(symmetry.published_points.size(), 5U * 4U) << "five pairs, one of them twice";
  EXPECT_EQ(symmetry.normalization, discrete::Normalization::absolute);
  EXPECT_EQ(symmetry.guess, discrete::Guess::given);
  EXPECT_THAT(symmetry.w, testing::ElementsAre(0.1, 0.1));
  EXPECT_THAT(symmetry.M, testing::Pointwise(testing::DoubleNear(1e-15),
                                             {0.1, 0.1 + std::sqrt(0.5), 0.1 - std::sqrt(0.5), 0.1}));
}

TEST(PaperB, GuessesTheCartsGeneratorAsCoded) {
  const auto config = parse_trial_config(discrete_trial("cart_pendulum", {{"symmetry.generators", 1}}), "x");
  EXPECT_THAT(config.symmetry.w, testing::ElementsAre(1.5, 0.5));
  EXPECT_THAT(config.symmetry.M, testing::ElementsAre(-0.1, 0.1, -0.1, 0.1));
  EXPECT_EQ(config.symmetry.published_points.size(), 4U * 4U);
}

TEST(PaperB, TrainsTheContinuousBaselineOnAllPoints) {
  const auto config = parse_trial_config({{"system", "kepler"}, {"data.source", "trajectories"}}, "x");
  EXPECT_EQ(config.model, lnn::experiment::Model::lagrangian);
  EXPECT_EQ(config.training.base_loss, training::BaseLoss::state_mse);
  EXPECT_EQ(config.training.regularizer, training::Regularizer::none);
  EXPECT_EQ(config.training.batch_size, 51);
  EXPECT_EQ(config.scaling, lnn::experiment::Scaling::none);
  EXPECT_EQ(config.trajectory.velocities, discrete::Velocities::velocities);
  EXPECT_EQ(config.network.generators, 0);
}

TEST(PaperB, TakesTheWholeSetForABatch) {
  const auto many =
      parse_trial_config(discrete_trial("kepler", {{"trajectory.count", 3}, {"trajectory.steps", 10}}), "x");
  EXPECT_EQ(many.training.batch_size, 3 * 9);
}

// The smallest trial of one shape in every system, with the first guess and without one.
TEST(ResolveConfig, LeavesResolvedTrialsOfPaperBAlone) {
  const std::vector<Json> kinds{{{"data.source", "trajectories"}},
                                {{"model", "discrete_lagrangian"}},
                                {{"model", "discrete_lagrangian"}, {"symmetry.generators", 1}}};
  for (const std::string& system : lnn::physics::system_names()) {
    for (Json config : kinds) {
      config["system"] = system;
      const Json resolved = resolve(config);
      EXPECT_EQ(resolve(Json::parse(resolved.dump())).dump(), resolved.dump()) << config;
    }
  }
}

// A trial's process resolves what the plan has resolved: both must come to one id.
TEST(ResolveConfig, LeavesOutTheContinuousModelsKeysWithWhatHangsOnThem) {
  const Json resolved = resolve(discrete_trial("kepler", {{"network.input_layer", "dyt"},
                                                          {"network.dyt_alpha", 0.3},
                                                          {"network.quadratic_term", 1.0},
                                                          {"network.signature", "lorentzian"},
                                                          {"training.regularizer", "eigenvalue"},
                                                          {"training.lambda", 3}}));
  EXPECT_EQ(trial_id(resolved), trial_id(resolve(discrete_trial("kepler"))));
  EXPECT_EQ(trial_id(resolved), trial_id(resolve(resolved)));
  EXPECT_EQ(why_unread(resolved, "network.input_layer"), "model is 'discrete_lagrangian'");
  EXPECT_EQ(why_unread(resolved, "network.quadratic_term"), "model is 'discrete_lagrangian'");
  EXPECT_EQ(why_unread(resolved, "training.regularizer"), "model is 'discrete_lagrangian'");
  for (const char* key : {"network.dyt_alpha", "network.signature", "training.lambda"})
    EXPECT_EQ(find_value(resolved, key), nullptr) << key;
}

TEST(WhyUnread, SaysWhichKeyOfPaperBSwitchesAnotherOff) {
  const Json box = resolve({{"system", "kepler"}});
  EXPECT_EQ(why_unread(box, "trajectory.steps"), "data.source is 'box'");
  EXPECT_EQ(why_unread(box, "trajectory.velocities"), "data.source is 'box'");
  EXPECT_EQ(why_unread(box, "rollout.steps"), "data.source is 'box'");
  EXPECT_EQ(why_unread(box, "symmetry.generators"), "model is 'lagrangian'");
  EXPECT_EQ(why_unread(box, "training.rates"), "training.schedule is 'cosine'");
  const Json plain = resolve(discrete_trial("kepler"));
  EXPECT_EQ(why_unread(plain, "data.samples"), "data.source is 'trajectories'");
  EXPECT_EQ(why_unread(plain, "data.source"), "model is 'discrete_lagrangian'");
  EXPECT_EQ(why_unread(plain, "trajectory.velocities"), "model is 'discrete_lagrangian'");
  EXPECT_EQ(why_unread(plain, "training.phases"), "data.source is 'trajectories'");
  EXPECT_EQ(why_unread(plain, "training.learning_rate"), "training.schedule is 'steps'");
  EXPECT_EQ(why_unread(plain, "symmetry.weight"), "symmetry.generators is 0");
  EXPECT_EQ(why_unread(plain, "discrete.base_point_momentum"), "discrete.base_point_weight is 0.0");
  const Json one = resolve(discrete_trial("kepler", {{"symmetry.generators", 1}}));
  EXPECT_EQ(why_unread(one, "symmetry.box"), "symmetry.test_points is 'published'");
  EXPECT_EQ(why_unread(one, "symmetry.orthogonality_weight"), "symmetry.generators is 1");
  EXPECT_EQ(why_unread(one, "symmetry.weight"), "");
  const Json random =
      resolve(discrete_trial("kepler", {{"symmetry.generators", 2}, {"symmetry.guess", "random"}}));
  EXPECT_EQ(why_unread(random, "symmetry.w"), "symmetry.guess is 'random'");
  EXPECT_EQ(why_unread(random, "symmetry.M"), "symmetry.guess is 'random'");
  EXPECT_EQ(why_unread(random, "symmetry.orthogonality_weight"), "");
}

TEST(ResolveConfig, RefusesMoreGeneratorsThanThereAreAffineMaps) {
  EXPECT_NO_THROW(resolve(discrete_trial("kepler", {{"symmetry.generators", 6}})));
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"symmetry.generators", 7}})),
              testing::HasSubstr("symmetry.generators 7 is too many"));
  EXPECT_THAT(error_of(discrete_trial("harmonic_oscillator", {{"symmetry.generators", 3}})),
              testing::HasSubstr("Give at most 2."));
}

TEST(ResolveConfig, RefusesVectorsOfAnotherLength) {
  EXPECT_EQ(error_of(discrete_trial("kepler", {{"trajectory.q", {1, 0, 0}}})),
            "x.json: base: trajectory.q has 3 numbers, but 'kepler' has 2 coordinates. Give 2.");
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"symmetry.generators", 1}, {"symmetry.M", {1, 0}}})),
              testing::HasSubstr("symmetry.M has 2 numbers, but 'kepler' has 2 coordinates. Give 4."));
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"trajectory.v", 0.6}})),
              testing::HasSubstr("Give a list of numbers, one per coordinate."));
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"trajectory.v", {0, "fast"}}})),
              testing::HasSubstr("trajectory.v"));
}

TEST(ResolveConfig, RefusesRatesThatAreNotInOrder) {
  const auto with_rates = [](const char* rates) {
    return discrete_trial("kepler", {{"training.rates", Json::parse(rates)}});
  };
  EXPECT_NO_THROW(resolve(with_rates("[[0, 0.1], [7, 0]]")));
  for (const char* rates : {"[]", "[[1, 0.1]]", "[[0, 0.1], [0, 0.2]]", "[[0, 0.1], [9, 0.2], [8, 0.1]]",
                            "[[0, -0.1]]", "[[0]]", "[0, 0.1]", "[[0.5, 0.1]]", "0.1"})
    EXPECT_THAT(error_of(with_rates(rates)),
                testing::HasSubstr("Give a list of [first pass, rate], passes rising from 0"))
        << rates;
}

TEST(ResolveConfig, RefusesADiscreteModelOfABox) {
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"data.source", "box"}})),
              testing::HasSubstr("data.source 'box' does not go with model 'discrete_lagrangian'"));
}

TEST(ResolveConfig, RefusesTrajectoriesWithoutATriple) {
  EXPECT_NO_THROW(resolve(discrete_trial("kepler", {{"trajectory.steps", 2}})));
  EXPECT_THAT(error_of(discrete_trial("kepler", {{"trajectory.steps", 1}})),
              testing::HasSubstr("trajectory.steps: 1 is not allowed. Give an integer from 2"));
}

TEST(ResolveConfig, RefusesOtherImpossibleValuesOfPaperB) {
  const std::vector<std::pair<std::string, Json>> settings{{"trajectory.time_step", 0},
                                                           {"trajectory.count", 0},
                                                           {"trajectory.noise", -1},
                                                           {"trajectory.substeps", 0},
                                                           {"training.passes_per_epoch", 0},
                                                           {"symmetry.start", -1},
                                                           {"symmetry.weight", -1},
                                                           {"discrete.degeneracy_weight", -1},
                                                           {"discrete.degeneracy_exponent", 3},
                                                           {"discrete.components", "max"},
                                                           {"symmetry.guess", "good"},
                                                           {"model", "hamiltonian"},
                                                           {"symmetry.test_points", "some"},
                                                           {"training.selection", "first"},
                                                           {"rollout.steps", 1}};
  for (const auto& [key, value] : settings)
    EXPECT_THAT(error_of(discrete_trial("kepler", {{"symmetry.generators", 1}, {key, value}})),
                testing::HasSubstr(key))
        << key;
}

TEST(ResolveConfig, HasPublishedTestPointsForPaperBsSystemsOnly) {
  EXPECT_THAT(error_of(discrete_trial("free_particle",
                                      {{"symmetry.generators", 1}, {"symmetry.test_points", "published"}})),
              testing::HasSubstr("paper B has no test points for 'free_particle'"));
  const auto own = parse_trial_config(discrete_trial("free_particle", {{"symmetry.generators", 1}}), "x");
  EXPECT_EQ(own.symmetry.test_points, discrete::TestPoints::training_pairs);
  EXPECT_EQ(own.symmetry.points, discrete::Reduction::mean);
  EXPECT_EQ(own.symmetry.guess, discrete::Guess::random);
}

// Trials that came before paper B's keys keep their ids: see also published_experiments_test.cpp.
TEST(TrialId, DoesNotKnowPaperBsKeysWhileTheyHaveTheirDefaults) {
  const Json plain = resolve({{"system", "double_pendulum"}});
  const Json spelled = resolve({{"system", "double_pendulum"},
                                {"model", "lagrangian"},
                                {"data.source", "box"},
                                {"training.passes_per_epoch", 1},
                                {"training.selection", "best"}});
  EXPECT_EQ(spelled.dump(), plain.dump());
  for (const char* key : {"model", "data.source", "training.passes_per_epoch", "training.selection"})
    EXPECT_EQ(find_value(plain, key), nullptr) << key;
  const Json twice = resolve({{"system", "double_pendulum"}, {"training.passes_per_epoch", 2}});
  EXPECT_NE(trial_id(twice), trial_id(plain));
  const Json last = resolve({{"system", "double_pendulum"}, {"training.selection", "last"}});
  EXPECT_NE(trial_id(last), trial_id(plain));
}

TEST(TrialId, DistinguishesPaperBsModels) {
  std::vector<std::string> ids;
  for (const Json& more : std::vector<Json>{{{"data.source", "trajectories"}},
                                            {{"model", "discrete_lagrangian"}},
                                            {{"model", "discrete_lagrangian"}, {"symmetry.generators", 1}},
                                            {{"model", "discrete_lagrangian"}, {"trajectory.noise", 0.001}},
                                            {{"model", "discrete_lagrangian"}, {"trajectory.seed", 1}}}) {
    Json config{{"system", "kepler"}};
    config.update(more);
    const std::string id = trial_id(resolve(config));
    EXPECT_THAT(ids, testing::Not(testing::Contains(id))) << more;
    ids.push_back(id);
  }
  const Json longer = resolve(discrete_trial("kepler", {{"rollout.steps", 500}}));
  EXPECT_EQ(trial_id(longer), ids[1]) << "a trained model can be rolled out anew";
}

TEST(PackKey, IsEmptyOnTrajectories) {
  const Json baseline{{"system", "kepler"}, {"data.source", "trajectories"}};
  EXPECT_EQ(lnn::experiment::pack_key(parse_trial_config(baseline, "x")), "");
  EXPECT_EQ(lnn::experiment::pack_key(parse_trial_config(discrete_trial("kepler"), "x")), "");
}

TEST(PackDifference, NamesTheKeysOfPaperB) {
  const auto config = [](const Json& more) {
    return parse_trial_config(discrete_trial("kepler", more), "x");
  };
  for (const auto& [key, value] : std::vector<std::pair<std::string, Json>>{{"training.passes_per_epoch", 7},
                                                                            {"training.epochs", 7},
                                                                            {"trajectory.count", 2},
                                                                            {"trajectory.steps", 20}}) {
    const auto difference = lnn::experiment::pack_difference(config(Json::object()), config({{key, value}}));
    ASSERT_TRUE(difference) << key;
    EXPECT_EQ(difference->key, key);
  }
  const auto source = lnn::experiment::pack_difference(
      parse_trial_config({{"system", "kepler"}}, "x"),
      parse_trial_config({{"system", "kepler"}, {"data.source", "trajectories"}}, "x"));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->key, "data.source");
}

TEST(WithoutSeed, LeavesOutTheGuessThatFollowsTheSeed) {
  const auto of_seed = [](int seed) {
    return lnn::experiment::without_seed(lnn::experiment::resolve_config({{"system", "kepler"},
                                                                          {"model", "discrete_lagrangian"},
                                                                          {"symmetry.generators", 1},
                                                                          {"network.seed", seed}},
                                                                         "test"));
  };
  EXPECT_EQ(of_seed(1), of_seed(2));
  const Json chosen =
      lnn::experiment::without_seed(lnn::experiment::resolve_config({{"system", "kepler"},
                                                                     {"model", "discrete_lagrangian"},
                                                                     {"symmetry.generators", 1},
                                                                     {"symmetry.guess_seed", 7}},
                                                                    "test"));
  EXPECT_EQ(chosen.at("symmetry").at("guess_seed"), 7);
}

}  // namespace
