#include "experiment/plan.h"

#include <unistd.h>

#include "base/files.h"
#include "expect_error.h"
#include "experiment/cost.h"

namespace {

namespace fs = std::filesystem;
using lnn::EnvironmentError;
using lnn::UserError;
using lnn::experiment::estimate_cost;
using lnn::experiment::ExperimentFile;
using lnn::experiment::Json;
using lnn::experiment::make_plan;
using lnn::experiment::parse_experiment;
using lnn::experiment::Plan;
using lnn::testing::message_of;

const std::string widths =
    R"({"name": "widths", "system": "sphere", "grid": {"network.width": [64, 8, 32]}})";
const std::string depths =
    R"({"name": "depths", "system": "sphere", "base": {"network.width": 32}, "grid": {"network.hidden_layers": [2, 3]}})";

std::vector<ExperimentFile> both() {
  return {parse_experiment(widths, "widths.json"), parse_experiment(depths, "depths.json")};
}

Plan plan_of(const std::vector<std::string>& only = {}) {
  return make_plan(both(), "desk", Json::object(), only);
}

std::vector<std::string> first_labels(const Plan& plan) {
  std::vector<std::string> labels;
  for (const auto& trial : plan.trials) labels.push_back(trial.members.front().arm->label);
  return labels;
}

double cost(const Json& overrides) {
  return estimate_cost(lnn::experiment::parse_trial_config(overrides, "x"));
}

TEST(MakePlan, StartsTheLongestFirst) {
  EXPECT_THAT(first_labels(plan_of()),
              testing::ElementsAre("width 64", "width 32", "hidden_layers 2", "width 8"));
}

TEST(MakePlan, TrainsASharedTrialOnce) {
  const Plan plan = plan_of();
  ASSERT_EQ(plan.trials[1].members.size(), 2U);
  EXPECT_EQ(plan.trials[1].members[1].arm->experiment, "depths");
  EXPECT_EQ(plan.trials[1].members[1].arm->label, "hidden_layers 3");
}

TEST(MakePlan, KeepsOnlyWhatIsAskedFor) {
  const std::string id = plan_of().trials[3].id;
  EXPECT_THAT(first_labels(plan_of({"width 64", id.substr(0, 8)})),
              testing::ElementsAre("width 64", "width 8"));
  // The label of the second experiment selects the shared trial.
  EXPECT_THAT(first_labels(plan_of({"hidden_layers 3"})), testing::ElementsAre("width 32"));
  EXPECT_THAT(message_of<UserError>([] { plan_of({"width 63"}); }),
              testing::StartsWith("--only: unknown value 'width 63'. Did you mean 'width 64'?"));
}

TEST(MakePlan, RefusesTwoExperimentsOfOneName) {
  const auto file = parse_experiment(widths, "widths.json");
  EXPECT_THROW(make_plan({file, file}, "desk", Json::object(), {}), UserError);
}

TEST(EstimateCost, IsProportionalToEpochsAndPhases) {
  const double base = cost({{"system", "sphere"}, {"training.epochs", 10}});
  EXPECT_DOUBLE_EQ(cost({{"system", "sphere"}, {"training.epochs", 30}}), 3 * base);
  EXPECT_DOUBLE_EQ(
      cost({{"system", "sphere"}, {"training.epochs", 10}, {"training.phases", {{{"epochs", 20}}}}}),
      3 * base);
}

Json wide(int width, const std::string& activation) {
  return {{"system", "sphere"}, {"network.width", width}, {"network.activation", activation}};
}

TEST(EstimateCost, SharesTheArithmeticOfAWideLayerBetweenBranches) {
  // Two branches of half the width have half the weights.
  EXPECT_NEAR(cost(wide(8000, "gelu+xtanh")) / cost(wide(8000, "gelu")), 0.5, 0.01);
}

TEST(EstimateCost, CountsTheBatchesOfANarrowNetwork) {
  EXPECT_NEAR(cost(wide(4, "gelu")) / cost(wide(2, "gelu")), 1, 0.01);
  Json small_batches = wide(2, "gelu");
  small_batches["training.batch_size"] = 64;  // half the default
  EXPECT_NEAR(cost(small_batches) / cost(wide(2, "gelu")), 2, 0.01);
}

TEST(MakePlan, RefusesOneTrainingWithTwoKindsOfRollouts) {
  const auto file = [](const std::string& name, const std::string& t_end) {
    return lnn::experiment::parse_experiment(
        R"({"name": ")" + name + R"(", "system": "sphere", "base": {"rollout.t_end": )" + t_end + "}}",
        name + ".json");
  };
  EXPECT_EQ(
      lnn::experiment::make_plan({file("a", "5"), file("b", "5")}, "desk", Json::object(), {}).trials.size(),
      1U);
  EXPECT_THAT(message_of<UserError>([&] {
                lnn::experiment::make_plan({file("a", "5"), file("b", "6")}, "desk", Json::object(), {});
              }),
              testing::HasSubstr("different 'rollout' settings"));
}

class PlanFile : public testing::Test {
 protected:
  void TearDown() override { fs::remove(path_); }

  fs::path path_ = fs::temp_directory_path() / ("lnn_plan_test_" + std::to_string(getpid()) + ".json");
};

TEST_F(PlanFile, RoundTrips) {
  const Plan plan = plan_of();
  lnn::experiment::write_plan(plan, path_);
  const Plan again = lnn::experiment::read_plan(path_);
  EXPECT_EQ(lnn::experiment::to_json(again), lnn::experiment::to_json(plan));
  EXPECT_EQ(again.scale, "desk");
  EXPECT_EQ(again.trials[1].cost, plan.trials[1].cost);
  EXPECT_EQ(again.trials[1].members[1].arm->swept, plan.trials[1].members[1].arm->swept);
  EXPECT_EQ(again.trials[1].cost_class, plan.trials[1].cost_class);
  EXPECT_EQ(again.trials[1].pack, plan.trials[1].pack);
}

// What older programs wrote, and `plan --json` prints.
TEST_F(PlanFile, ReadsAPlanOfCompleteTrials) {
  const Plan plan = plan_of();
  const Plan again = lnn::experiment::parse_plan(lnn::experiment::to_json(plan).dump(2), "x");
  EXPECT_EQ(lnn::experiment::to_json(again), lnn::experiment::to_json(plan));
  EXPECT_EQ(again.trials[0].setting("network.width"), 64);
}

TEST_F(PlanFile, TellsWhatTrialsShareOnce) {
  const std::string few = R"({"name": "few", "system": "sphere", "seeds": [1, 2]})";
  const std::string many = R"({"name": "few", "system": "sphere", "seeds": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]})";
  const auto bytes = [](const std::string& text) {
    const Plan plan = make_plan({parse_experiment(text, "x.json")}, "desk", Json::object(), {});
    return lnn::experiment::plan_text(plan).size();
  };
  EXPECT_LT(bytes(many) - bytes(few), 8 * 64);
}

TEST_F(PlanFile, RefusesDamage) {
  const std::string text = lnn::experiment::plan_text(plan_of());
  const auto read = [&](const std::string& content) {
    lnn::write_text_file(path_, content);
    return message_of<EnvironmentError>([&] { lnn::experiment::read_plan(path_); });
  };
  EXPECT_THAT(read(text.substr(0, text.size() / 2)), testing::HasSubstr("not valid JSON"));
  EXPECT_THAT(read("[1, 2]"), testing::HasSubstr("not a plan of lnn-sweep"));
  EXPECT_THAT(read(R"({"program": "lnn-sweep", "plan_version": 99})"), testing::HasSubstr("plan version 99"));
  EXPECT_THAT(read(R"({"program": "lnn-sweep", "plan_version": 1})"), testing::HasSubstr("damaged plan"));
  for (const std::string part : {"\"base\":0", "\"class\":1", "[[1,", "\"swept\"", "\"trials\""}) {
    std::string edited = text;
    const auto place = edited.find(part);
    ASSERT_NE(place, std::string::npos) << part;
    edited.replace(place + part.size() - 1, 1,
                   part.ends_with('"')   ? "x\""
                   : part.ends_with(',') ? "9,"
                                         : "9");
    EXPECT_THAT(read(edited), testing::HasSubstr("damaged plan")) << part;
  }
}

TEST_F(PlanFile, RefusesEveryFlippedBit) {
  const std::string text = lnn::experiment::plan_text(plan_of());
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string flipped = text;
    flipped[place] ^= static_cast<char>(1 << place % 8);
    EXPECT_NE(message_of<EnvironmentError>([&] { lnn::experiment::parse_plan(flipped, "x"); }), "") << place;
  }
}

TEST_F(PlanFile, RefusesAnEditedConfigurationWhenItIsUsed) {
  std::string text = lnn::experiment::to_json(plan_of()).dump();
  text.replace(text.find("\"width\":64"), 10, "\"width\":65");
  const Plan plan = lnn::experiment::parse_plan(text, "edited.json");
  EXPECT_EQ(plan.trials.size(), 4U);
  EXPECT_THAT(
      message_of<EnvironmentError>([&] { plan.trials[0].config(); }),
      testing::AllOf(testing::StartsWith("edited.json: "), testing::HasSubstr("does not belong to its id")));
}

}  // namespace
