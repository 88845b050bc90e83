#include "experiment/pack.h"

#include <gtest/gtest.h>

namespace {

using namespace lnn;
using experiment::Json;

experiment::TrialConfig config_of(const Json& overrides = Json::object()) {
  Json config{{"system", "double_pendulum"}};
  config.update(overrides);
  return experiment::parse_trial_config(config, "test");
}

TEST(PackKey, IsOneForTrialsOfOneShape) {
  const std::string key = experiment::pack_key(config_of());
  for (const Json& other : std::vector<Json>{
           {{"network.seed", 7}},
           {{"data.seed", 7}},
           {{"data.q_box", {0, 1}}},
           {{"constants.g", 1.6}},
           {{"scaling", "none"}},
           {{"network.initialization", "custom"}},
           {{"training.learning_rate", 1e-4}},
           {{"training.lambda", 100}},
           {{"training.t_max", 3}},
           {{"training.eta_min", 1e-9}},
           {{"training.schedule", "constant"}},
           {{"system", "spring_pendulum"}},  // two coordinates, too
       }) {
    auto merged = other;
    // The published settings of another system differ; what matters here is its number of coordinates.
    if (other.contains("system")) {
      const Json same_sizes{{"data.samples", 100}, {"training.epochs", 3}};
      merged.update(same_sizes);
      EXPECT_EQ(experiment::pack_key(config_of(same_sizes)), experiment::pack_key(config_of(merged)));
      continue;
    }
    EXPECT_EQ(experiment::pack_key(config_of(merged)), key) << other;
    EXPECT_FALSE(experiment::pack_difference(config_of(), config_of(merged)));
  }
}

TEST(PackDifference, NamesTheKeyThatDiffers) {
  const std::vector<std::pair<std::string, Json>> changes{
      {"network.width", 400},
      {"network.activation", "gelu+xtanh"},
      {"network.hidden_layers", 2},
      {"network.input_layer", "dyt"},
      {"network.quadratic_term", 0.5},
      {"training.regularizer", "none"},
      {"training.base_loss", "acceleration_mae"},
      {"training.optimizer", "adam"},
      {"training.beta1", 0.8},
      {"training.weight_decay", 0.0},
      {"training.clip_norm", 0.0},
      {"training.batch_size", 64},
      {"training.precision", "float64"},
      {"training.epochs", 7},
      {"data.samples", 1000},
      {"data.validation_samples", 1000},
  };
  for (const auto& [key, value] : changes) {
    const auto difference = experiment::pack_difference(config_of(), config_of({{key, value}}));
    ASSERT_TRUE(difference) << key;
    EXPECT_EQ(difference->key, key);
    EXPECT_NE(difference->first, difference->second);
    EXPECT_NE(experiment::pack_key(config_of()), experiment::pack_key(config_of({{key, value}})));
  }
}

TEST(PackDifference, ComparesCoordinatesAndPhases) {
  const Json sizes{{"training.epochs", 3}, {"data.samples", 100}};
  Json triple = sizes;
  triple["system"] = "triple_pendulum";
  EXPECT_EQ(experiment::pack_difference(config_of(sizes), config_of(triple))->key, "coordinates");
  Json phases = sizes;
  phases["training.phases"] = Json::array({{{"epochs", 2}}});
  const auto difference = experiment::pack_difference(config_of(sizes), config_of(phases));
  ASSERT_TRUE(difference);
  EXPECT_EQ(difference->key, "training.epochs");
  EXPECT_EQ(difference->second, "3,2");
}

}  // namespace
