#include "experiment/planned_trial.h"

#include <gtest/gtest.h>

#include "experiment/experiment_file.h"

namespace {

using lnn::experiment::difference;
using lnn::experiment::expand;
using lnn::experiment::find_value;
using lnn::experiment::flatten;
using lnn::experiment::Json;
using lnn::experiment::parse_experiment;
using lnn::experiment::PlannedTrial;
using lnn::experiment::resolve_config;
using lnn::experiment::Settings;
using lnn::experiment::trial_id;

std::vector<PlannedTrial> trials_of(const std::string& fields) {
  return expand(parse_experiment(R"({"name": "small", )" + fields + "}", "x.json"), "desk");
}

void expect_resolved(const PlannedTrial& trial, Json overrides) {
  overrides["network.seed"] = trial.members[0].seed;
  const Json resolved = resolve_config(overrides, "x");
  EXPECT_EQ(trial.config(), resolved);
  EXPECT_EQ(trial.id, trial_id(resolved));
  for (const auto& [key, value] : flatten(resolved, "x")) EXPECT_EQ(trial.setting(key), value) << key;
}

TEST(Difference, IsAMergePatchBothWays) {
  const Json one = Json::parse(R"({"a": 1, "b": {"c": 2, "d": {"e": [1, 2]}}, "f": {"g": 3}})");
  const Json two = Json::parse(R"({"a": {"x": 1}, "b": {"d": {"e": [1, 3], "h": 4}}, "i": {}})");
  for (const auto& [from, to] : {std::pair{one, two}, {two, one}, {one, one}, {Json::object(), two}}) {
    Json patched = from;
    patched.merge_patch(difference(from, to));
    EXPECT_EQ(patched, to);
  }
  EXPECT_TRUE(difference(one, one).empty());
}

TEST(PlannedTrial, GivesBackTheConfigurationOfEachArmAndSeed) {
  const std::vector<Json> regularizers{"eigenvalue", "none"};
  const auto trials = trials_of(R"("system": "sphere", "seeds": [3, 1, 7, 4000000000],
      "grid": {"training.regularizer": ["eigenvalue", "none"], "network.width": [4, 8]})");
  ASSERT_EQ(trials.size(), 16U);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    expect_resolved(trials[i], {{"system", "sphere"},
                                {"training.regularizer", regularizers[i / 4 % 2]},
                                {"network.width", i < 8 ? 4 : 8}});
  }
  EXPECT_TRUE(trials[4].setting("training.lambda").is_null()) << "read by its base, not by it";
  EXPECT_TRUE(trials[0].setting("no.such").is_null());
}

TEST(PlannedTrial, SharesAnArmBetweenItsSeeds) {
  const auto trials = trials_of(R"("system": "sphere", "seeds": [1, 2, 3])");
  EXPECT_EQ(trials[0].members[0].arm, trials[2].members[0].arm);
}

// The seed of random guesses is the network's, unless it is set.
TEST(PlannedTrial, KnowsSettingsThatFollowTheSeed) {
  const std::string discrete =
      R"("system": "kepler", "seeds": [1, 2, 3],
         "base": {"model": "discrete_lagrangian", "data.source": "trajectories", "symmetry.generators": 1,
                  "symmetry.guess": "random", "symmetry.test_points": "training_pairs"}, )";
  const auto followers = trials_of(discrete + R"("grid": {"network.width": [8]})");
  EXPECT_EQ(followers[2].setting("symmetry.guess_seed"), 3);
  EXPECT_EQ(followers[2].id, trial_id(followers[2].config()));
  const auto cases = trials_of(discrete + R"("cases": [{"label": "A", "set": {"symmetry.guess_seed": 2}},
                                                       {"label": "B", "set": {"network.width": 8}}])");
  ASSERT_EQ(cases.size(), 6U);
  EXPECT_EQ(cases[2].setting("symmetry.guess_seed"), 2);
  EXPECT_EQ(cases[5].setting("symmetry.guess_seed"), 3);
  EXPECT_EQ(cases[5].members[0].arm->swept.at("symmetry.guess_seed"), 3);
  for (const PlannedTrial& trial : cases) EXPECT_EQ(trial.id, trial_id(trial.config()));
}

TEST(CostClass, IsOneForWhatDiffersInNothingButNumbers) {
  const auto trials =
      trials_of(R"("system": "sphere", "seeds": [1, 2], "base": {"network.width": 8}, "cases": [
      {"label": "as it is", "set": {}}, {"label": "rate", "set": {"training.learning_rate": 0.01}},
      {"label": "weight", "set": {"training.lambda": 3}}, {"label": "wide", "set": {"network.width": 16}},
      {"label": "long", "set": {"training.epochs": 999}}])");
  for (const std::size_t same : {1U, 2U, 4U}) EXPECT_EQ(trials[same].cost_class, trials[0].cost_class);
  for (const std::size_t other : {6U, 8U}) EXPECT_NE(trials[other].cost_class, trials[0].cost_class);
  EXPECT_NE(trials[6].cost_class, trials[8].cost_class);
}

}  // namespace
