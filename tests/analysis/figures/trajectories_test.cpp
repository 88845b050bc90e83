// Figures of models of trajectories (paper B).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/analysis/figures/figures_fixture.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using experiment::Json;
using figures::Numbers;
using test::block;
using test::FiguresTest;
using test::line;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Two methods on Kepler's problem; the discrete one's own energy changes by -0.5 per second.
class DiscreteFiguresTest : public FiguresTest {
 protected:
  void SetUp() override {
    const Json text = Json::parse(R"({
      "name": "orbits", "system": "kepler", "paper": {"section": "B, IV"}, "seeds": [1, 2],
      "base": {"training.epochs": 40, "training.passes_per_epoch": 100},
      "cases": [{"label": "LNN", "set": {"data.source": "trajectories"}},
                {"label": "SymDLNN", "set": {"model": "discrete_lagrangian", "symmetry.generators": 1}}]
    })");
    plan_ = test::write_run(run_, text, discrete_record);
  }

  static store::ArrayGroup orbit(const std::string& name, std::size_t points) {
    Numbers t;
    Numbers q;
    Numbers energy;
    for (std::size_t i = 0; i < points; ++i) {
      t.push_back(static_cast<double>(i));
      q.insert(q.end(), {std::cos(t[i]), std::sin(t[i])});
      energy.push_back(-0.5 * t[i]);
    }
    const auto size = static_cast<std::int64_t>(points);
    const std::string unit = "x [m], y [m]";
    return {"rollouts",
            name,
            {{"outcome", "completed"}},
            {line("t", "s", t),
             {"q_true", unit, "", {size, 2}, q},
             {"q_model", unit, "", {size, 2}, q},
             line("energy_error", "of the model's energy", energy),
             line("symmetry_error", "of the momentum map", energy)}};
  }

  static store::TrialRecord discrete_record(const experiment::PlannedTrial& trial) {
    store::TrialRecord result = record(trial);
    result.metrics["prediction_error"] = {0.1, "of the coordinates", ""};
    if (trial.members[0].arm->label == "SymDLNN") {
      result.history.push_back({"train_penalty", "1", "", Numbers(40, 0.5)});
      result.history.push_back({"train_symmetry", "1", "", Numbers(40, 0.25)});
    }
    result.groups = {orbit("extended", 8), orbit("test", 4)};
    result.groups[0].facts["training_steps"] = "3";
    result.groups[1].facts["training_steps"] = "3";
    return result;
  }
};

TEST_F(DiscreteFiguresTest, ShowsAllMethodsBesideTheTruth) {
  EXPECT_THAT(names(list()),
              ElementsAre("orbits_prediction", "orbits_training", "orbits_instability",
                          "orbits_methods_extended", "orbits_methods_test", "orbits_orbit_extended",
                          "orbits_orbit_test", "orbits_position", "orbits_energy", "orbits_symmetry"));
}

TEST_F(DiscreteFiguresTest, TrainingIsTakenApartOverPasses) {
  write_scripts("training");
  const auto symmetry = block(out_ / "orbits_training.dat", "symmetry: x, median");
  ASSERT_EQ(symmetry.size(), 40U);
  EXPECT_THAT(symmetry[1], ElementsAre(200, 0.25));
}

TEST_F(DiscreteFiguresTest, EnergyIsTheModelsOwn) {
  write_scripts("energy");
  EXPECT_THAT(block(out_ / "orbits_energy.dat", "SymDLNN: x, median")[1], ElementsAre(2, 1));
  EXPECT_THAT(read_text_file(out_ / "orbits_energy.gp"), HasSubstr("its own H"));
}

TEST_F(DiscreteFiguresTest, SaysWhereTheTrainingDataEnd) {
  write_scripts("methods");
  EXPECT_EQ(block(out_ / "orbits_methods_extended.dat", "end of the training data")[0][0], 3);
  EXPECT_THAT(read_text_file(out_ / "orbits_methods_test.dat"), Not(HasSubstr("end of the training")));
}

TEST_F(DiscreteFiguresTest, AllFiguresOfTrajectoriesDraw) {
  if (!test::has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  EXPECT_EQ(draw({.out = out_}).files.size(), 10U);
}

}  // namespace
