#include <filesystem>
#include <map>
#include <set>

#include "base/files.h"
#include "expect_error.h"
#include "experiment/plan.h"

/// The files in experiments/ are what the papers report.
namespace {

namespace fs = std::filesystem;
using lnn::experiment::expand;
using lnn::experiment::ExperimentFile;
using lnn::experiment::find_value;
using lnn::experiment::Json;
using lnn::experiment::PlannedTrial;

const fs::path folder = fs::path(LNN_SOURCE_DIR) / "experiments";

ExperimentFile load(const std::string& name) {
  return lnn::experiment::load_experiment(folder / (name + ".json"));
}

struct Expected {
  std::string name;
  std::size_t arms;
  std::size_t paper_runs;
};

// Arms and runs of paper A, IV.1 to IV.7. Beyond the paper: 4 Sylvester arms with xtanh as coded, DyT with
// scaling, the second readings of Cranmer's and Liu's tricks.
class PublishedExperiment : public testing::TestWithParam<Expected> {};

INSTANTIATE_TEST_SUITE_P(PaperA, PublishedExperiment,
                         testing::Values(Expected{"regularizer", 13, 12 + 4}, Expected{"scaling", 4, 3 + 1},
                                         Expected{"quadratic_term", 6, 6}, Expected{"activations", 8, 8},
                                         Expected{"initialization", 8, 10}, Expected{"training_range", 5, 6},
                                         Expected{"prior_tricks", 5, 3 + 2}),
                         [](const auto& instance) { return instance.param.name; });

std::size_t arms_of(const std::vector<PlannedTrial>& trials) {
  std::set<std::string> labels;
  for (const PlannedTrial& trial : trials) labels.insert(trial.members[0].arm->label);
  return labels.size();
}

TEST_P(PublishedExperiment, HasAllArmsAtEveryScale) {
  const ExperimentFile file = load(GetParam().name);
  EXPECT_EQ(file.name, GetParam().name);
  EXPECT_EQ(file.text.at("$schema"), "schema/experiment.json");
  for (const char* scale : {"smoke", "desk"}) {
    const auto trials = expand(file, scale);
    EXPECT_EQ(arms_of(trials), GetParam().arms) << scale;
    EXPECT_GE(trials.size(), 2 * GetParam().arms) << scale << ": replicates";
    EXPECT_EQ(trials.size() % GetParam().arms, 0U) << scale << ": the same number for every arm";
  }
  const auto paper = expand(file, "paper");
  EXPECT_EQ(arms_of(paper), GetParam().arms);
  EXPECT_EQ(paper.size(), GetParam().paper_runs);
}

TEST_P(PublishedExperiment, HasThePapersSettingsAtPaperScale) {
  const std::map<std::string, Json> settings{{"data.samples", 60000},
                                             {"data.validation_samples", 12000},
                                             {"data.seed", 86},
                                             {"training.epochs", 300},
                                             {"training.t_max", 30},
                                             {"training.batch_size", 128},
                                             {"training.learning_rate", 1e-3},
                                             {"training.eta_min", 1e-6},
                                             {"training.optimizer", "radam"},
                                             {"network.width", 500},
                                             {"network.hidden_layers", 3},
                                             {"constants.g", 9.8}};
  for (const PlannedTrial& trial : expand(load(GetParam().name), "paper")) {
    for (const auto& [key, value] : settings) EXPECT_EQ(trial.setting(key), value) << key;
  }
}

TEST_P(PublishedExperiment, HasATable) {
  EXPECT_FALSE(load(GetParam().name).text.at("tables").empty());
}

TEST(PublishedExperiments, ShareTheBaselineTrial) {
  const std::vector<ExperimentFile> files{load("initialization"), load("activations"), load("quadratic_term"),
                                          load("training_range")};
  const auto plan = lnn::experiment::make_plan(files, "paper", Json::object(), {"delta pi/2"});
  ASSERT_EQ(plan.trials.size(), 2U);
  std::set<std::size_t> shared;
  for (const auto& trial : plan.trials) shared.insert(trial.members.size());
  EXPECT_THAT(shared, testing::ElementsAre(2U, 4U))
      << "seed 1 serves all four, seed 2 is no run of two of them";
}

TEST(PublishedExperiments, RepeatOnlyWhatThePaperRepeats) {
  std::map<std::string, int> runs;
  for (const PlannedTrial& trial : expand(load("initialization"), "paper"))
    ++runs[trial.members[0].arm->label];
  EXPECT_EQ(runs["gelu, default"], 2);
  EXPECT_EQ(runs["gelu, custom"], 2);
  EXPECT_EQ(runs["xtanh, default"], 1);
  runs.clear();
  for (const PlannedTrial& trial : expand(load("regularizer"), "paper")) ++runs[trial.members[0].arm->label];
  EXPECT_EQ(runs["none"], 4);
  EXPECT_EQ(runs["eigenvalue 100"], 1);
  runs.clear();
  for (const PlannedTrial& trial : expand(load("training_range"), "paper"))
    ++runs[trial.members[0].arm->label];
  EXPECT_EQ(runs["delta pi/2"], 2);
  EXPECT_EQ(runs["delta pi"], 1);
}

TEST(PublishedExperiments, TheReadmesExampleDoesWhatItSays) {
  const std::string readme = lnn::read_text_file(folder / "README.md");
  const auto begin = readme.find("```json\n") + 8;
  const std::string text = readme.substr(begin, readme.find("```", begin) - begin);
  const auto trials = expand(lnn::experiment::parse_experiment(text, "README.md"), "desk");
  EXPECT_EQ(arms_of(trials), 5U);
  EXPECT_EQ(trials.size(), 15U);
  EXPECT_EQ(trials[0].members[0].arm->label, "gelu, width 16");
}

TEST(PublishedExperiments, Table1IsTheMeanOfTable2) {
  const Json tables = load("initialization").text.at("tables");
  for (const char* column : {"best_val_total", "instability_train_total"}) {
    std::map<std::string, double> sums;
    for (const Json& row : tables.at(0).at("published")) {
      const Json& value = row.at(column);
      sums[row.at("where").at("network.activation")] +=
          value.is_array() ? value[0].get<double>() : value.get<double>();
    }
    for (const Json& row : tables.at(1).at("published")) {
      EXPECT_NEAR(row.at(column), sums.at(row.at("where").at("network.activation")) / 2, 6e-6) << row;
    }
  }
}

// Paper facts A.9: what the abstract, the tables and section V print.
TEST(PublishedExperiments, ClaimEveryPublishedNumber) {
  std::multiset<double> claimed;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".json") continue;
    for (const Json& claim : load(entry.path().stem()).text.value("claims", Json::array())) {
      const Json published = claim.value("published", Json::array());
      for (const Json& number : published.is_array() ? published : Json::array({published}))
        claimed.insert(number.get<double>());
    }
  }
  const std::vector<double> printed{
      96.6,     96.4,     90.68,    71.62,   40.87,    97.55,   0.00738,  0.01452,  0.01114,  0.05048,
      0.04452,  0.02850,  0.16380,  0.04915, 0.006859, 0.02867, 0.007114, 0.01179,  0.007649, 0.01726,
      0.009203, 0.006530, 0.009808, 0.09090, 0.012475, 0.01007, 0.032768, 0.02932,  0.050726, 0.03244,
      0.056272, 0.02768,  0.276867, 0.06585, 0.01523,  0.073,   0.036,    0.019724, 0.0058};
  for (const double number : printed) EXPECT_TRUE(claimed.contains(number)) << number;
}

// Section V: one system each, a run of every arm at paper scale.
TEST(PaperASectionV, HasThePublishedSizes) {
  const std::map<std::string, std::map<std::string, Json>> expected{
      {"double_pendulum", {{"data.samples", 60000}, {"training.epochs", 300}, {"network.width", 500}}},
      {"spring_pendulum",
       {{"data.samples", 60000},
        {"training.epochs", 500},
        {"training.learning_rate", 5e-4},
        {"network.width", 600}}},
      {"triple_pendulum", {{"data.samples", 60000}, {"data.seed", 82}, {"training.epochs", 500}}},
      {"sphere", {{"data.samples", 50000}, {"data.validation_samples", 10000}, {"training.epochs", 50}}},
      {"ads4", {{"data.samples", 120000}, {"training.epochs", 300}, {"network.signature", "lorentzian"}}}};
  for (const auto& [name, settings] : expected) {
    const ExperimentFile file = load(name);
    for (const char* scale : {"smoke", "desk"}) EXPECT_FALSE(expand(file, scale).empty());
    for (const PlannedTrial& trial : expand(file, "paper")) {
      EXPECT_EQ(trial.members[0].seed, 1U);
      for (const auto& [key, value] : settings) EXPECT_EQ(trial.setting(key), value) << name << " " << key;
    }
  }
}

TEST(PaperASectionV, TrainsTheDoublePendulumInThreePhases) {
  const auto trials = expand(load("double_pendulum"), "paper");
  ASSERT_EQ(trials.size(), 1U);
  const auto config = lnn::experiment::parse_trial_config(trials[0].config(), "test");
  std::vector<int> epochs;
  std::vector<int> cycles;
  for (const auto& phase : config.training.phases) {
    epochs.push_back(phase.epochs);
    cycles.push_back(phase.t_max);
  }
  EXPECT_EQ(epochs, (std::vector<int>{300, 200, 200}));
  EXPECT_EQ(cycles, (std::vector<int>{30, 20, 20}));
  EXPECT_EQ(config.training.phases[1].data.seed, 86U + 111U);
  EXPECT_EQ(config.training.phases[2].data.seed, 86U + 111U);
}

// One trial of the first finished reproduction for each experiment: a new id would train everything again.
TEST(PaperA, KeepsTheIdsOfItsFinishedTrials) {
  const std::map<std::string, std::string> finished{{"activations", "80f814e78d1b"},
                                                    {"ads2", "8b4c696bbd28"},
                                                    {"ads3", "e36b214f8d1e"},
                                                    {"ads4", "f6bc5899bbac"},
                                                    {"constant_force", "02e4aebc6e93"},
                                                    {"double_pendulum", "d1e1e0c11232"},
                                                    {"initialization", "f578b74c5d2a"},
                                                    {"harmonic_oscillator", "5bd760d4f79d"},
                                                    {"optimizer", "587cd20e82a8"},
                                                    {"prior_tricks", "ecff57683c6a"},
                                                    {"quadratic_term", "587cd20e82a8"},
                                                    {"regularizer", "d1e73e7e2b4f"},
                                                    {"scaling", "30c171b27fff"},
                                                    {"sphere", "457b578a9e1c"},
                                                    {"spring_pendulum", "3f519ddc2366"},
                                                    {"training_range", "08b41ecc8ffb"},
                                                    {"triple_pendulum", "dd4d5085abb2"}};
  for (const auto& [name, id] : finished) {
    const auto plan = lnn::experiment::make_plan({load(name)}, "desk", Json::object(), {});
    EXPECT_THAT(plan.trials, testing::Contains(testing::Field(&lnn::experiment::PlannedTrial::id, id)))
        << name;
  }
}

struct ExpectedB {
  std::string name;
  std::size_t arms;
};

// Paper B, IV: every scenario, and what goes beyond it (guesses, several symmetries).
class PaperB : public testing::TestWithParam<ExpectedB> {};

INSTANTIATE_TEST_SUITE_P(Experiments, PaperB,
                         testing::Values(ExpectedB{"cart_pendulum", 4},
                                         ExpectedB{"cart_pendulum_trajectories", 3}, ExpectedB{"kepler", 4},
                                         ExpectedB{"kepler_guesses", 5}, ExpectedB{"kepler_noise", 5},
                                         ExpectedB{"kepler_trajectories", 3},
                                         ExpectedB{"symmetries_free_particle", 3},
                                         ExpectedB{"symmetries_isotropic_oscillator", 2}),
                         [](const auto& instance) { return instance.param.name; });

TEST_P(PaperB, HasAllArmsAtEveryScale) {
  const ExperimentFile file = load(GetParam().name);
  EXPECT_EQ(file.name, GetParam().name);
  EXPECT_FALSE(file.text.at("tables").empty());
  for (const char* scale : {"smoke", "desk", "paper"}) {
    const auto trials = expand(file, scale);
    EXPECT_EQ(arms_of(trials), GetParam().arms) << scale;
    EXPECT_GE(trials.size(), 2 * GetParam().arms) << scale << ": replicates";
  }
}

TEST_P(PaperB, HasThePapersSizesAtPaperScale) {
  for (const PlannedTrial& trial : expand(load(GetParam().name), "paper")) {
    const auto config = lnn::experiment::parse_trial_config(trial.config(), "test");
    EXPECT_EQ(config.network.width, 128) << trial.members[0].arm->label;
    EXPECT_EQ(config.network.hidden_layers, 3) << trial.members[0].arm->label;
    const auto& trajectory = config.trajectory;
    const bool discrete = config.model == lnn::experiment::Model::discrete_lagrangian;
    const int samples = trajectory.count * (trajectory.steps + (discrete ? -1 : 1));
    const int steps_per_pass = (samples + config.training.batch_size - 1) / config.training.batch_size;
    const int steps = config.training.phases[0].epochs * config.training.passes_per_epoch * steps_per_pass;
    EXPECT_GE(steps, 100000) << trial.members[0].arm->label;
    EXPECT_LE(steps, 105000) << trial.members[0].arm->label
                             << ": an LNN of many trajectories has a few more batches";
  }
}

}  // namespace
