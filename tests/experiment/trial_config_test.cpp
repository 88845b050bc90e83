#include "experiment/trial_config.h"

#include <numbers>

#include "expect_error.h"
#include "experiment/keys.h"
#include "experiment/published_training.h"

namespace {

using lnn::UserError;
using lnn::experiment::find_value;
using lnn::experiment::Json;
using lnn::experiment::parse_trial_config;
using lnn::experiment::reads_key;
using lnn::testing::message_of;

Json resolve(const std::string& text) {
  return lnn::experiment::resolve_config(Json::parse(text), "x.json: base");
}

std::string error_of(const std::string& text) {
  return message_of<UserError>([&] { resolve(text); });
}

TEST(ResolveConfig, StartsFromThePublishedDoublePendulum) {
  const auto config = parse_trial_config(Json::parse(R"({"system": "double_pendulum"})"), "x");
  const auto& phase = config.training.phases.at(0);
  EXPECT_EQ(phase.data.samples, 60000);
  EXPECT_EQ(phase.data.seed, 86U);
  EXPECT_EQ(phase.data.q_box.at(1).high, 5 * std::numbers::pi / 2);
  EXPECT_EQ(phase.data.v_box.at(0).low, -10);
  EXPECT_EQ(phase.epochs, 300);
  EXPECT_EQ(phase.t_max, 30);
  EXPECT_EQ(config.validation.samples, 12000);
  EXPECT_EQ(config.validation.seed, 86U + 999U);
  EXPECT_EQ(config.validation.q_box.at(0).low, 0);
  EXPECT_EQ(config.network.coordinates, 2);
  EXPECT_EQ(config.network.width, 500);
  EXPECT_EQ(config.network.hidden_layers, 3);
  EXPECT_EQ(config.constants.at("g"), 9.8);
  EXPECT_EQ(config.training.lambda, 1.0);
}

TEST(ResolveConfig, FollowsEachSystemsPublishedTraining) {
  const Json spring = resolve(R"({"system": "spring_pendulum"})");
  EXPECT_EQ(*find_value(spring, "training.learning_rate"), 5e-4);
  EXPECT_EQ(*find_value(spring, "training.eta_min"), 1e-7);
  const Json oscillator = resolve(R"({"system": "harmonic_oscillator"})");
  EXPECT_EQ(*find_value(oscillator, "network.width"), 128);
  EXPECT_EQ(*find_value(oscillator, "network.hidden_layers"), 2);
  EXPECT_EQ(*find_value(oscillator, "training.batch_size"), 64);
  EXPECT_EQ(*find_value(oscillator, "training.t_max"), 12);
  const Json ads4 = resolve(R"({"system": "ads4"})");
  EXPECT_EQ(*find_value(ads4, "network.signature"), "lorentzian");
  EXPECT_EQ(*find_value(ads4, "training.regularizer"), "lorentzian_sylvester");
  EXPECT_EQ(*find_value(ads4, "training.epochs"), 200);
  EXPECT_EQ(find_value(ads4, "data.q_box")->at(3), Json::parse(R"([0.5, 6.0, "log"])"));
}

TEST(ResolveConfig, ResolvesEverySystemAndLeavesTheResultAlone) {
  for (const std::string& system : lnn::physics::system_names()) {
    const Json resolved = resolve(Json{{"system", system}}.dump());
    EXPECT_EQ(lnn::experiment::resolve_config(resolved, "x").dump(), resolved.dump());
    EXPECT_EQ(lnn::experiment::resolve_config(Json::parse(resolved.dump()), "x").dump(), resolved.dump());
  }
}

TEST(ResolveConfig, NamesOnlyKnownSystemsInThePublishedTraining) {
  // A misspelled system in the table would silently get the common settings.
  EXPECT_EQ(lnn::experiment::published_training("sphere").epochs, 50);
  EXPECT_EQ(lnn::experiment::published_training("constant_force").width, 128);
  EXPECT_EQ(lnn::experiment::published_training("ads2").epochs, 120);
  EXPECT_EQ(lnn::experiment::published_training("ads3").epochs, 150);
}

TEST(ResolveConfig, DerivesValidationAndScheduleFromWhatIsGiven) {
  const Json resolved =
      resolve(R"({"system": "sphere", "data": {"samples": 300, "seed": 5}, "training.epochs": 7})");
  EXPECT_EQ(*find_value(resolved, "data.validation_samples"), 100);
  EXPECT_EQ(*find_value(resolved, "data.validation_seed"), 1004);
  EXPECT_EQ(*find_value(resolved, "training.t_max"), 1);
}

TEST(ResolveConfig, SpellingDoesNotMatter) {
  const Json one = resolve(R"({"system": "double_pendulum", "training.lambda": 1, "network": {"width": 500.0},
                               "data.q_box": ["-pi/2", "5pi/2"], "data.seed": 86})");
  const Json other =
      resolve(R"({"data.q_box": [[-1.5707963267948966, 7.853981633974483], ["-0.5pi", "2.5pi"]],
                                 "training": {"lambda": 1.0, "weight_decay": 1e-6}, "system": "double_pendulum"})");
  EXPECT_EQ(one.dump(), other.dump());
  EXPECT_EQ(lnn::experiment::trial_id(one), lnn::experiment::trial_id(other));
  EXPECT_EQ(one.dump(), resolve(R"({"system": "double_pendulum"})").dump());
}

TEST(ResolveConfig, LeavesOutWhatTheTrialNeverReads) {
  const Json all = resolve(R"({"system": "sphere", "network.input_layer": "dyt"})");
  for (const char* key :
       {"training.lambda", "training.eta_min", "training.t_max", "network.dyt_alpha", "network.signature"}) {
    EXPECT_TRUE(reads_key(all, key)) << key;
    EXPECT_EQ(lnn::experiment::why_unread(all, key), "") << key;
  }
  const Json few = resolve(R"({"system": "sphere", "training.regularizer": "none", "training.lambda": 5,
                               "training.schedule": "constant", "network.quadratic_term": 0,
                               "training.phases": [{"epochs": 3}]})");
  EXPECT_EQ(lnn::experiment::why_unread(few, "training.lambda"), "training.regularizer is 'none'");
  EXPECT_EQ(lnn::experiment::why_unread(few, "training.t_max"), "training.schedule is 'constant'");
  EXPECT_EQ(lnn::experiment::why_unread(few, "training.eta_min"), "training.schedule is 'constant'");
  EXPECT_EQ(lnn::experiment::why_unread(few, "network.dyt_alpha"), "network.input_layer is 'none'");
  EXPECT_EQ(lnn::experiment::why_unread(few, "network.signature"), "network.quadratic_term is 0.0");
  EXPECT_FALSE(find_value(few, "training.phases")->at(0).contains("t_max"));
  EXPECT_EQ(few.dump(), lnn::experiment::resolve_config(few, "x").dump());
}

TEST(ResolveConfig, CompletesLaterPhasesFromTheFirst) {
  const auto config = parse_trial_config(Json::parse(R"({
      "system": "double_pendulum", "data": {"samples": 500, "q_box": [0, "2pi"]}, "training": {
      "learning_rate": 1e-2, "phases": [{"epochs": 200, "learning_rate": 5e-4}, {"samples": 50, "v_box": [-1, 1]}]}})"),
                                         "x");
  ASSERT_EQ(config.training.phases.size(), 3U);
  const auto& [first, second, third] =
      std::tie(config.training.phases[0], config.training.phases[1], config.training.phases[2]);
  EXPECT_EQ(second.epochs, 200);
  EXPECT_EQ(second.t_max, 20);
  EXPECT_EQ(second.learning_rate, 5e-4);
  EXPECT_EQ(second.data.samples, 500);
  EXPECT_EQ(second.data.seed, 86U + 111U);
  EXPECT_EQ(second.data.q_box, first.data.q_box);
  EXPECT_EQ(third.epochs, 300);
  EXPECT_EQ(third.learning_rate, 1e-2);
  EXPECT_EQ(third.data.seed, 86U + 111U);
  EXPECT_EQ(third.data.samples, 50);
  EXPECT_EQ(third.data.v_box.at(1).high, 1);
}

TEST(ResolveConfig, SaysWhatIsWrongWhereAndWhatIsAllowed) {
  EXPECT_EQ(error_of(R"({"system": "sphere", "network.width": -5})"),
            "x.json: base: network.width: -5 is not allowed. Give an integer from 1 to 65536.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "training.lambda": -1})"),
            "x.json: base: training.lambda: -1 is not allowed. Give a number from 0.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "training.beta1": 1})"),
            "x.json: base: training.beta1: 1 is not allowed. Give a number from 0 and below 1.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "training": {"optimzer": "adam"}})"),
            "x.json: base: unknown key 'training.optimzer'. Did you mean 'training.optimizer'? "
            "`lnn-sweep schema --keys` lists all keys.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "lambda": 1})"),
            "x.json: base: unknown key 'lambda'. Did you mean 'training.lambda'? "
            "`lnn-sweep schema --keys` lists all keys.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "training.optimizer": "adan"})"),
            "x.json: base: training.optimizer: unknown value 'adan'. Did you mean 'adam'? Allowed: 'radam', "
            "'adam'.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "network.activation": "gelu+xtanh", "network.width": 63})"),
            "x.json: base: network.width 63 cannot be shared by the 2 branches of 'gelu+xtanh'. "
            "Give a multiple of 2.");
  EXPECT_EQ(error_of(R"({"network.width": 64})"),
            "x.json: base: the key 'system' is missing. Name one that `lnn-sweep systems` lists.");
  EXPECT_EQ(error_of(R"({"system": "sphere", "training.phases": [{}, {"eta_min": 0.1}]})"),
            "x.json: base: training.phases[1]: eta_min 0.1 is above learning_rate 0.001. "
            "Lower eta_min or raise learning_rate.");
}

TEST(ResolveConfig, RefusesImpossibleValues) {
  for (const char* setting : {R"("training.epochs": 0)",
                              R"("training.epochs": 1.5)",
                              R"("training.epochs": "ten")",
                              R"("training.batch_size": 0)",
                              R"("training.learning_rate": 0)",
                              R"("training.clip_norm": -1)",
                              R"("training.epsilon": 0)",
                              R"("network.hidden_layers": 0)",
                              R"("network.activation": "gelu+")",
                              R"("network.activation": 3)",
                              R"("data.samples": 0)",
                              R"("data.q_box": [[0, 1]])",
                              R"("training.eta_min": 1)",
                              R"("training.phases": {"epochs": 1})",
                              R"("training.phases": [{"seed": 1}])",
                              R"("training.precision": true)",
                              R"("scaling": "yes")",
                              R"("constants.g": "big")",
                              R"("constants.nothing": 1)",
                              R"("network": 3)",
                              R"("system": "spheer")"}) {
    const std::string text = std::string(setting).starts_with("\"system\"")
                                 ? fmt::format("{{{}}}", setting)
                                 : fmt::format("{{\"system\": \"double_pendulum\", {}}}", setting);
    EXPECT_THAT(error_of(text), testing::StartsWith("x.json: base: ")) << setting;
  }
}

TEST(ResolveConfig, AcceptsARateBelowTheUnreadEtaMin) {
  EXPECT_NO_THROW(
      resolve(R"({"system": "sphere", "training.schedule": "constant", "training.learning_rate": 1e-9})"));
}

TEST(ResolveConfig, ReadsTheNetworksBranches) {
  using lnn::network::Activation;
  const auto config = parse_trial_config(
      Json::parse(R"({"system": "sphere", "network.activation": "softplus+quadratic", "network.seed": 4})"),
      "x");
  EXPECT_THAT(config.network.branches, testing::ElementsAre(Activation::softplus, Activation::quadratic));
  EXPECT_EQ(config.network.seed, 4U);
  EXPECT_EQ(config.training.shuffle_seed, 4U);
}

TEST(TrialId, IsTheNameBasedUuidOfTheCanonicalText) {
  // Python: uuid.uuid5(namespace, '{"network":{"width":64},"system":"sphere"}').hex[:12]
  EXPECT_EQ(lnn::experiment::trial_id(Json::parse(R"({"system": "sphere", "network": {"width": 64}})")),
            "9cb32a990625");
}

TEST(TrialId, StaysTheSameForever) {
  // When this fails, finished trials of earlier runs would be trained again: change the canonical form or a
  // default only on purpose.
  const Json resolved = resolve(R"({"system": "double_pendulum", "network.width": 64, "data.samples": 6000,
                                    "training.epochs": 60, "network.activation": "softplus+quadratic"})");
  EXPECT_EQ(lnn::experiment::trial_id(resolved), "6c8ff0e17590");
}

TEST(TrialId, LeavesOutHowTheModelIsRolledOut) {
  const Json published = resolve(R"({"system": "double_pendulum"})");
  const Json longer = resolve(R"({"system": "double_pendulum", "rollout.t_end": 200})");
  EXPECT_NE(published, longer);
  EXPECT_EQ(lnn::experiment::trial_id(published), lnn::experiment::trial_id(longer));
}

TEST(ResolveConfig, RollsOutThePublishedTestsWhereThereAreSome) {
  const auto config = [](const char* text) { return parse_trial_config(Json::parse(text), "x").rollout; };
  const auto spring = config(R"({"system": "spring_pendulum"})");
  EXPECT_EQ(spring.tests, lnn::rollout::Tests::published);
  EXPECT_EQ(spring.grid.t_end, 50);  // paper facts A.7
  EXPECT_EQ(spring.grid.dt, 0.1);
  EXPECT_EQ(spring.tolerances.relative, 1e-6);
  EXPECT_EQ(config(R"({"system": "kepler"})").tests, lnn::rollout::Tests::none);
  EXPECT_FALSE(resolve(R"({"system": "sphere", "rollout.tests": "none"})").at("rollout").contains("t_end"));
  EXPECT_THAT(message_of<UserError>([] { resolve(R"({"system": "kepler", "rollout.tests": "published"})"); }),
              testing::HasSubstr("no published tests"));
  EXPECT_THROW(resolve(R"({"system": "sphere", "rollout.t_end": 0})"), UserError);
}

TEST(Keys, EachIsDocumented) {
  for (const auto& key : lnn::experiment::keys()) {
    EXPECT_FALSE(key.meaning.empty()) << key.path;
    EXPECT_FALSE(key.source.empty()) << key.path;
    EXPECT_FALSE(key.fallback.text.empty()) << key.path;
  }
}

}  // namespace
