#include "expect_error.h"
#include "experiment/experiment_file.h"

namespace {

using lnn::UserError;
using lnn::experiment::expand;
using lnn::experiment::find_value;
using lnn::experiment::Json;
using lnn::experiment::parse_experiment;
using lnn::experiment::PlannedArm;
using lnn::experiment::PlannedTrial;
using lnn::testing::message_of;
using testing::ElementsAre;

std::vector<PlannedTrial> trials_of(const std::string& fields, const std::string& scale = "desk",
                                    const Json& overrides = Json::object()) {
  return expand(parse_experiment(R"({"name": "small", "system": "sphere", )" + fields + "}", "x.json"), scale,
                overrides);
}

std::vector<std::string> labels(const std::vector<PlannedTrial>& trials) {
  std::vector<std::string> texts;
  for (const PlannedTrial& trial : trials) {
    const auto& [arm, seed] = trial.members.at(0);
    texts.push_back(arm->label + " #" + std::to_string(seed));
  }
  return texts;
}

const PlannedArm& arm_of(const PlannedTrial& trial) {
  return *trial.members.at(0).arm;
}

Json value(const PlannedTrial& trial, const std::string& key) {
  const Json config = trial.config();
  const Json* found = find_value(config, key);
  return found == nullptr ? Json() : *found;
}

TEST(Expand, MultipliesTheGrid) {
  EXPECT_THAT(
      labels(trials_of(R"("grid": {"network.activation": ["gelu", "xtanh"], "network.width": [4, 8]})")),
      ElementsAre("gelu, width 4 #1", "gelu, width 8 #1", "xtanh, width 4 #1", "xtanh, width 8 #1"));
}

TEST(Expand, PairsTheZip) {
  const auto trials =
      trials_of(R"("zip": {"network.width": [4, 8], "training.epochs": [30, 40]}, "seeds": [3])");
  EXPECT_THAT(labels(trials), ElementsAre("width 4, epochs 30 #3", "width 8, epochs 40 #3"));
  EXPECT_EQ(value(trials[1], "network.width"), 8);
  EXPECT_EQ(value(trials[1], "training.epochs"), 40);
}

TEST(Expand, CombinesCasesZipGridAndSeeds) {
  const auto trials =
      trials_of(R"("cases": [{"label": "A", "set": {"training.lambda": 5}}, {"label": "B", "set": {}}],
      "zip": {"network.width": [4, 8]}, "grid": {"network.activation": ["gelu", "xtanh"]}, "seeds": [1, 2])");
  ASSERT_EQ(trials.size(), 16U);
  EXPECT_EQ(arm_of(trials[0]).label, "A, gelu, width 4");
  EXPECT_EQ(trials[1].members[0].seed, 2U);
  EXPECT_EQ(arm_of(trials[2]).label, "A, xtanh, width 4");
  EXPECT_EQ(arm_of(trials[15]).label, "B, xtanh, width 8");
  EXPECT_EQ(value(trials[1], "network.seed"), 2);
}

TEST(Expand, WithoutASweepIsOneArmNamedAfterTheExperiment) {
  EXPECT_THAT(labels(trials_of(R"("seeds": [1, 2])")), ElementsAre("small #1", "small #2"));
}

TEST(Expand, FillsSweptKeysOfOtherCases) {
  const auto trials = trials_of(R"("cases": [
      {"label": "none", "set": {"training.regularizer": "none"}},
      {"label": "strong", "set": {"training.lambda": 100}}])");
  EXPECT_EQ(arm_of(trials[0]).swept, Json::parse(R"({"case": "none", "training.regularizer": "none"})"));
  EXPECT_EQ(
      arm_of(trials[1]).swept,
      Json::parse(R"({"case": "strong", "training.regularizer": "eigenvalue", "training.lambda": 100})"));
}

TEST(Expand, DropsExclusions) {
  const std::string fields =
      R"("cases": [{"label": "A", "set": {}}, {"label": "B", "set": {"training.lambda": 2}}],
      "grid": {"network.activation": ["gelu", "xtanh"]}, "seeds": [1, 2],
      "exclude": [{"case": "A", "network.activation": "xtanh"}, {"case": ["B"], "network.seed": [2, 3]}])";
  EXPECT_THAT(labels(trials_of(fields)),
              ElementsAre("A, gelu #1", "A, gelu #2", "B, gelu #1", "B, xtanh #1"));
}

TEST(Expand, LaterLayersWin) {
  const std::string fields =
      R"("base": {"network.width": 1, "training.epochs": 1, "data.samples": 1, "data.seed": 1,
                                         "training.batch_size": 1, "network.hidden_layers": 1},
      "scales": {"desk": {"set": {"network.width": 2, "training.epochs": 2, "data.samples": 2, "data.seed": 2}}},
      "cases": [{"label": "A", "set": {"training.epochs": 3}}],
      "grid": {"data.samples": [4]})";
  const auto trial = trials_of(fields, "desk", {{"data.seed", 5}, {"training", {{"batch_size", 6}}}}).at(0);
  EXPECT_EQ(value(trial, "network.hidden_layers"), 1);
  EXPECT_EQ(value(trial, "network.width"), 2);
  EXPECT_EQ(value(trial, "training.epochs"), 3);
  EXPECT_EQ(value(trial, "data.samples"), 4);
  EXPECT_EQ(value(trial, "data.seed"), 5);
  EXPECT_EQ(value(trial, "training.batch_size"), 6);
}

TEST(Expand, TakesSeedsFromScaleOrOverride) {
  const std::string fields = R"("seeds": [1], "scales": {"smoke": {}, "paper": {"seeds": [7, 8]}})";
  EXPECT_THAT(labels(trials_of(fields, "smoke")), ElementsAre("small #1"));
  EXPECT_THAT(labels(trials_of(fields, "paper")), ElementsAre("small #7", "small #8"));
  EXPECT_THAT(labels(trials_of(fields, "paper", {{"network.seed", 9}})), ElementsAre("small #9"));
}

TEST(Expand, ArmsShareTheirData) {
  const auto trials = trials_of(R"("grid": {"network.width": [4, 8]}, "seeds": [1, 2])");
  for (const PlannedTrial& trial : trials)
    EXPECT_EQ(trial.config().at("data"), trials[0].config().at("data"));
}

TEST(Expand, RefusesAnUnknownScale) {
  EXPECT_EQ(message_of<UserError>([] { trials_of(R"("scales": {"smoke": {}, "paper": {}})", "desk"); }),
            "x.json: scale: unknown value 'desk'. Allowed: 'paper', 'smoke'.");
  EXPECT_THROW(trials_of(R"("seeds": [1])", "huge"), UserError);
}

TEST(Expand, RefusesASweptKeyThatIsNeverRead) {
  EXPECT_EQ(
      message_of<UserError>([] {
        trials_of(R"("grid": {"training.regularizer": ["eigenvalue", "none"], "training.lambda": [1, 2]})");
      }),
      "x.json: arm 'lambda 1, none': the swept key training.lambda = 1 is never read (training.regularizer "
      "is "
      "'none'). Remove it from this arm.");
}

TEST(Expand, RefusesTwoArmsThatAreTheSameTrial) {
  const std::string message = message_of<UserError>([] {
    trials_of(R"("cases": [{"label": "A", "set": {"training.lambda": 1}}, {"label": "B", "set": {}}])");
  });
  EXPECT_THAT(message,
              testing::StartsWith("x.json: the arms 'A' and 'B' (seed 1) resolve to the same trial "));
}

TEST(Expand, RefusesAnOverrideOfASweptKey) {
  EXPECT_EQ(message_of<UserError>([] {
              trials_of(R"("grid": {"network.width": [4, 8]})", "desk", {{"network.width", 4}});
            }),
            "--set network.width: x.json sweeps this key. Choose arms with --only, or change the file.");
}

TEST(Expand, RefusesToBeEmpty) {
  EXPECT_THAT(message_of<UserError>([] { trials_of(R"("seeds": [1], "exclude": [{"network.seed": 1}])"); }),
              testing::HasSubstr("'exclude' drops every trial"));
}

}  // namespace
