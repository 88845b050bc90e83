// Figures of small runs that the test writes: which are drawn, with which numbers, and how bad input is met.

#include "analysis/figures/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sstream>

#include "analysis/figures/band.h"
#include "analysis/figures/text.h"
#include "base/error.h"
#include "base/files.h"
#include "store/trial_file.h"

namespace {

namespace fs = std::filesystem;
using namespace lnn;
using experiment::Json;
using figures::Band;
using figures::FiguresOptions;
using figures::FiguresReport;
using figures::Limits;
using figures::Numbers;
using figures::Picture;
using figures::PictureFormat;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr double infinity = std::numeric_limits<double>::infinity();

// --- texts and axes

TEST(FigureText, SpeaksAsThePapersDo) {
  EXPECT_EQ(figures::words("softplus+quadratic, delta 3pi/4"), "Softplus+quadratic, δ = 3π/4");
  EXPECT_EQ(figures::words("gelu, quadratic_term 0.0"), "GeLU, without term");
  EXPECT_EQ(figures::symbol("theta12"), "θ₁₂");
  EXPECT_EQ(figures::with_unit("det M", "kg^2 m^4"), "det M [kg² m⁴]");
  EXPECT_EQ(figures::with_unit("z", "1"), "z");
  EXPECT_EQ(figures::seeds_text({4, 1, 4}), "1 to 4 seeds");
  EXPECT_EQ(figures::spread_text({1, 1}), "one seed");
}

TEST(FigureText, NothingFromAFileBecomesACommand) {
  EXPECT_EQ(figures::literal(figures::plain("it's `id`\n{a}_b")), "'it''s `id` \\{a\\}\\_b'");
}

TEST(FigureText, BreaksLinesAtSpaces) {
  EXPECT_THAT(figures::wrapped("aa bbb c\ndd", 6), ElementsAre("aa bbb", "c", "dd"));
  EXPECT_EQ(figures::width_of("θ_{1}"), 2U);
}

TEST(FigureAxis, LogarithmicLimitsHoldAllPositiveNumbers) {
  const Limits limits = figures::log_limits(std::vector<Numbers>{{0.01, nan, infinity, -3, 0}, {1}});
  EXPECT_LT(limits.low, 0.01);
  EXPECT_GT(limits.low, 0.005);
  EXPECT_GT(limits.high, 1);
  EXPECT_LT(limits.high, 2);
  const Limits narrow = figures::log_limits(std::vector<Numbers>{{1}});
  EXPECT_NEAR(narrow.high / narrow.low, 4, 1e-9);
  const Limits cut = figures::log_limits(std::vector<Numbers>{{1e-20, 1}}, 1e4);
  EXPECT_NEAR(cut.high / cut.low, 1e4, 1e-6);
}

TEST(FigureAxis, TicsAreRoundNumbers) {
  EXPECT_THAT(figures::linear_axis('x', {0, 300}, 6), Contains("set xtics 50"));
  EXPECT_THAT(figures::linear_axis('y', {0, 0.9}, 4), Contains("set ytics 0.2"));
  EXPECT_THAT(figures::log_axis('y', {0.05, 2}).back(),
              testing::AllOf(HasSubstr("'0.1' 1e-1"), HasSubstr("'' 9e-1 1"), Not(HasSubstr("3e0"))));
  // An axis without extent is still an axis.
  EXPECT_THAT(figures::linear_axis('x', {2, 2}, 5), Contains("set xrange [1.5:2.5]"));
}

// --- statistics over seeds

TEST(FigureBand, ASeedThatStoppedPullsTheMedianUp) {
  const Band band = figures::band_over("arm", {1, 2, 3}, std::vector<Numbers>{{1, 2, nan}, {3, 4, 5}, {2}});
  EXPECT_THAT(band.middle, ElementsAre(2, 4, infinity));
  EXPECT_THAT(band.low, ElementsAre(1, 2, 5));
  EXPECT_THAT(band.high, ElementsAre(3, infinity, infinity));
  EXPECT_EQ(band.seeds, 3U);
}

TEST(FigureBand, ThinningKeepsEverySpike) {
  Numbers x(10'000);
  Numbers values(10'000, 1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  values[4321] = 50;
  const Band band = figures::thinned(figures::band_over("arm", x, std::vector<Numbers>{values}), 100);
  EXPECT_EQ(band.x.size(), 100U);
  EXPECT_EQ(std::ranges::max(band.high), 50);
  EXPECT_EQ(std::ranges::max(band.middle), 1);
  EXPECT_EQ(std::ranges::count(band.high, 50.0), 1);
}

// --- a run in a folder

/// The blocks of a data file: rows of numbers under their comments; of equal comments the first.
std::map<std::string, std::vector<Numbers>> blocks(const fs::path& file) {
  std::map<std::string, std::vector<Numbers>> result;
  std::istringstream text(read_text_file(file));
  std::string comment;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# ")) {
      comment = line.substr(2);
      if (result.contains(comment)) comment.clear();
      result[comment];
    } else if (!line.empty()) {
      Numbers row;
      std::istringstream cells(line);
      for (std::string cell; cells >> cell;) row.push_back(std::stod(cell));
      result[comment].push_back(row);
    }
  }
  return result;
}

/// The only block whose comment begins so.
std::vector<Numbers> block(const fs::path& file, const std::string& start) {
  for (const auto& [comment, rows] : blocks(file)) {
    if (comment.starts_with(start)) return rows;
  }
  ADD_FAILURE() << file << " has no block '" << start << "'";
  return {};
}

store::DataArray line(const std::string& name, const std::string& unit, const Numbers& values) {
  return {name, unit, "", {static_cast<std::int64_t>(values.size())}, values};
}

/// A rollout of two coordinates whose model is off by `error` in each.
store::ArrayGroup rollout(const std::string& name, double error) {
  const Numbers t{0, 1, 2, 3};
  Numbers truth;
  Numbers model;
  for (const double at : t) {
    truth.insert(truth.end(), {std::cos(at), std::sin(at)});
    model.insert(model.end(), {std::cos(at) + error * at, std::sin(at) - error * at});
  }
  const std::string unit = "theta1 [rad], theta2 [rad]";
  return {"rollouts",
          name,
          {{"outcome", "completed"}, {"chaos_time", "nan"}},
          {line("t", "s", t),
           {"q_true", unit, "", {4, 2}, truth},
           {"q_model", unit, "", {4, 2}, model},
           line("energy_true", "J", {-2, -2, -2, -2}),
           line("energy_model", "J", {-2, -2 + error, -2 + 2 * error, -2 + 3 * error})}};
}

/// Losses that fall and jump; 40 epochs with phases of 20.
Numbers losses(double level) {
  Numbers values;
  for (int i = 0; i < 40; ++i) values.push_back(level * (1 + 10.0 / (i + 1) + (i % 7 == 0 ? 0.5 : 0)));
  return values;
}

class FiguresTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directories(run_.trials()); }
  void TearDown() override { fs::remove_all(folder_); }

  /// Two widths with three seeds each; the loss is seed / width.
  void write_run(const Json& changes = Json::object()) {
    Json text = Json::parse(R"({
      "name": "widths", "title": "Width's `effect`", "system": "double_pendulum",
      "grid": {"network.width": [8, 16]}, "seeds": [1, 2, 3],
      "base": {"data.samples": 100, "training.epochs": 40, "training.t_max": 20},
      "tables": [{"name": "loss", "title": "Loss", "rows": ["network.width"],
                  "columns": [{"metric": "best_val_total", "title": "loss"}],
                  "published": [{"where": {"network.width": 16}, "best_val_total": [0.5, 0.25]}]}]
    })");
    text.update(changes);
    const auto file = experiment::parse_experiment(text.dump(), "x.json");
    plan_ = experiment::make_plan({file}, "desk", Json::object(), {});
    experiment::write_plan(plan_, run_.plan());
    for (const auto& trial : plan_.trials) store::write_trial(run_.trial(trial.id), record(trial));
  }

  static double loss_of(const experiment::PlannedTrial& trial) {
    const Json network = trial.config().at("network");
    return network.at("seed").get<double>() / network.at("width").get<double>();
  }

  static store::TrialRecord record(const experiment::PlannedTrial& trial) {
    const double loss = loss_of(trial);
    store::TrialRecord result;
    result.id = trial.id;
    result.config = trial.config().dump();
    result.outcome = store::Outcome::completed;
    for (const char* name : {"best_val_total", "best_val_base"}) result.metrics[name] = {loss, "1", "loss"};
    result.metrics["instability_train_total"] = {loss / 10, "1", "instability"};
    result.history = {{"phase", "1", "", Numbers(40, 0)},
                      {"train_total", "1", "", losses(loss)},
                      {"val_total", "1", "", losses(loss)}};
    result.groups = {rollout("1", loss), rollout("2", 2 * loss)};
    return result;
  }

  const experiment::PlannedTrial& trial(double width, double seed) const {
    const auto found = std::ranges::find_if(plan_.trials, [&](const auto& one) {
      const Json network = one.config().at("network");
      return network.at("width") == width && network.at("seed") == seed;
    });
    return *found;
  }

  figures::Sources sources() const {
    const std::vector<std::string> paths{run_.root.string()};
    return figures::Sources(analysis::load_runs(paths).runs);
  }

  /// Scripts and data; pictures where there is gnuplot.
  FiguresReport draw(const FiguresOptions& options) const {
    return figures::draw_figures(sources(), options);
  }
  FiguresReport list(const std::vector<std::string>& only = {}) const {
    return figures::list_figures(sources(), {.out = {}, .only = only});
  }

  static std::vector<std::string> names(const FiguresReport& report) {
    std::vector<std::string> all;
    for (const auto& one : report.applied) all.insert(all.end(), one.names.begin(), one.names.end());
    return all;
  }

  /// Writes scripts and data without drawing.
  void write_scripts(const std::string& only) const {
    fs::create_directories(out_);
    const figures::Sources all = sources();
    for (const auto& run : all.runs()) {
      for (const Json& definition : run.plan.experiments) {
        const figures::Study study = figures::read_study(definition, run, all, definition.at("name"));
        for (const auto& kind : figures::figure_kinds()) {
          if (only != kind.name) continue;
          for (const Picture& picture : kind.draw(study).pictures) figures::write_script(picture, out_);
        }
      }
    }
  }

  const fs::path folder_ = fs::temp_directory_path() / ("lnn_figures_test_" + std::to_string(getpid()));
  const fs::path out_ = folder_ / "new" / "figures";
  const store::RunDirectory run_{folder_ / "run"};
  experiment::Plan plan_;
};

TEST_F(FiguresTest, ListsWhatAppliesAndWhyTheRestDoesNot) {
  write_run();
  const FiguresReport report = list();
  EXPECT_THAT(names(report),
              ElementsAre("widths_loss", "widths_training", "widths_instability", "widths_rollout_1",
                          "widths_rollout_2", "widths_methods_1", "widths_methods_2", "widths_gallery",
                          "widths_position", "widths_energy"));
  EXPECT_EQ(report.applied.size(), figures::figure_kinds().size());
  for (const auto& one : report.applied) EXPECT_EQ(one.names.empty(), !one.why_not.empty()) << one.kind.name;
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(FiguresTest, LossesAreThoseOfTheTrials) {
  write_run();
  write_scripts("loss");
  const fs::path file = out_ / "widths_loss.dat";
  const auto seeds = block(file, "best\\_val\\_total: seed");
  ASSERT_EQ(seeds.size(), 6U);
  EXPECT_NEAR(seeds[2][0], 3.0 / 8, 1e-6);
  EXPECT_NEAR(seeds[5][0], 3.0 / 16, 1e-6);
  EXPECT_THAT(block(file, "best\\_val\\_total: median"), ElementsAre(Numbers{0.25, 0}, Numbers{0.125, 1}));
  EXPECT_THAT(block(file, "best\\_val\\_total: published"), ElementsAre(Numbers{0.5, 1}, Numbers{0.25, 1}));
}

TEST_F(FiguresTest, TrainingShowsMedianAndRangeOverSeeds) {
  write_run();
  write_scripts("training");
  const fs::path file = out_ / "widths_training.dat";
  const auto median = block(file, "width 8: x, median");
  const auto range = block(file, "width 8: x, smallest");
  ASSERT_EQ(median.size(), 40U);
  EXPECT_NEAR(median[9][1], losses(2.0 / 8)[9], 1e-5);
  EXPECT_NEAR(range[9][1], losses(1.0 / 8)[9], 1e-5);
  EXPECT_NEAR(range[9][2], losses(3.0 / 8)[9], 1e-5);
}

TEST_F(FiguresTest, InstabilityIsTakenApart) {
  write_run();
  write_scripts("instability");
  const fs::path file = out_ / "widths_instability.dat";
  // Loss = trend + residual, and a phase's deviation is that of its residuals.
  const auto curves = block(file, "epoch, training loss, trend");
  const auto residual = block(file, "epoch, residual");
  ASSERT_EQ(curves.size(), 40U);
  EXPECT_NEAR(curves[5][1] - curves[5][2], residual[5][1], 1e-5);
  const auto phases = block(file, "phase: first epoch");
  ASSERT_EQ(phases.size(), 2U);
  double mean = 0;
  double squares = 0;
  for (std::size_t i = 20; i < 40; ++i) mean += residual[i][1] / 20;
  for (std::size_t i = 20; i < 40; ++i) squares += std::pow(residual[i][1] - mean, 2) / 20;
  EXPECT_NEAR(phases[1][2], std::sqrt(squares), 1e-4 * std::sqrt(squares) + 1e-7);
}

TEST_F(FiguresTest, InstabilityNeedsAPhaseThatIsLongEnoughToSmooth) {
  write_run();
  for (const auto& planned : plan_.trials) {
    store::TrialRecord changing = record(planned);
    Numbers& phase = changing.history.front().values;
    for (std::size_t i = 0; i < phase.size(); ++i) phase[i] = static_cast<double>(i);
    store::write_trial(run_.trial(planned.id), changing);
  }
  const FiguresReport report = list({"instability"});
  EXPECT_THAT(names(report), testing::IsEmpty());
}

TEST_F(FiguresTest, RolloutsAreThoseOfTheTrialWithTheLowestLoss) {
  write_run();
  write_scripts("rollout");
  const double error = 1.0 / 16;
  const auto learned = block(out_ / "widths_rollout_1.dat", "θ₁ [rad]: t, learned");
  ASSERT_EQ(learned.size(), 4U);
  EXPECT_NEAR(learned[2][1], std::cos(2) + 2 * error, 1e-5);
  EXPECT_THAT(read_text_file(out_ / "widths_rollout_1.gp"), HasSubstr("lowest loss of 6 trials"));
}

TEST_F(FiguresTest, ErrorsOverTimeAreRelativeToTheTrueStart) {
  write_run();
  write_scripts("energy");
  write_scripts("position");
  // Width 8: the median seed's loss is 1/4, so its energy is off by 1/4 per second, of 2 J.
  const auto energy = block(out_ / "widths_energy.dat", "width 8: x, median");
  ASSERT_EQ(energy.size(), 3U);
  EXPECT_NEAR(energy[1][1], 0.25, 1e-6);
  const auto position = block(out_ / "widths_position.dat", "width 8: x, median");
  EXPECT_NEAR(position[1][1], 2 * 0.25 * 2, 1e-6);
}

TEST_F(FiguresTest, SaysWhenTrialsAreMissingAndLeavesDamagedOnesOut) {
  write_run();
  fs::remove(run_.trial(trial(8, 1).id));
  std::ofstream(run_.trial(trial(16, 1).id), std::ios::app) << "more";
  write_scripts("loss");
  EXPECT_THAT(
      read_text_file(out_ / "widths_loss.gp"),
      testing::AllOf(HasSubstr("(partial: 4 of 6 trials)"), HasSubstr("(2 of 3)"), HasSubstr("2 seeds")));
  EXPECT_EQ(block(out_ / "widths_loss.dat", "best\\_val\\_total: seed").size(), 4U);
}

TEST_F(FiguresTest, AnUnfinishedRunHasNothingToDraw) {
  write_run();
  for (const auto& one : plan_.trials) fs::remove(run_.trial(one.id));
  EXPECT_TRUE(names(list()).empty());
}

TEST_F(FiguresTest, ArmsOfOneSystemAreComparedAndNotShownOneByOne) {
  write_run({{"paper", {{"section", "A, IV.9"}}}});
  EXPECT_THAT(names(list()), ElementsAre("widths_loss", "widths_training", "widths_instability",
                                         "widths_position", "widths_energy"));
}

TEST_F(FiguresTest, SelectsByKindExperimentOrFigure) {
  write_run();
  EXPECT_THAT(names(list({"loss"})), ElementsAre("widths_loss"));
  EXPECT_THAT(names(list({"widths_rollout_2", "energy"})), ElementsAre("widths_rollout_2", "widths_energy"));
  EXPECT_EQ(names(list({"widths"})).size(), 10U);
  try {
    list({"lossy"});
    FAIL() << "an unknown figure was accepted";
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(), HasSubstr("Did you mean 'loss'?"));
  }
}

TEST_F(FiguresTest, RefusesArraysOfAnotherShape) {
  write_run();
  store::TrialRecord bad = record(trial(16, 1));
  bad.groups[0].arrays[2].shape = {2, 4};
  store::write_trial(run_.trial(bad.id), bad);
  try {
    list({"rollout"});
    FAIL() << "a transposed trajectory was drawn";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("rollouts/1"));
    EXPECT_THAT(error.what(), HasSubstr("'q_model'"));
  }
}

TEST_F(FiguresTest, RefusesAnExperimentThatIsNoFileName) {
  write_run();
  std::string plan = experiment::to_json(plan_).dump();
  for (auto at = plan.find("\"widths\""); at != std::string::npos; at = plan.find("\"widths\"", at))
    plan.replace(at, 8, "\"../x\"");
  write_text_file(run_.plan(), plan);
  EXPECT_THROW(list(), UserError);
}

// --- models of trajectories (paper B)

/// Two methods on Kepler's problem; the discrete one's own energy changes by -0.5 per second.
class DiscreteFiguresTest : public FiguresTest {
 protected:
  void SetUp() override {
    FiguresTest::SetUp();
    const Json text = Json::parse(R"({
      "name": "orbits", "system": "kepler", "paper": {"section": "B, IV"}, "seeds": [1, 2],
      "base": {"training.epochs": 40, "training.passes_per_epoch": 100},
      "cases": [{"label": "LNN", "set": {"data.source": "trajectories"}},
                {"label": "SymDLNN", "set": {"model": "discrete_lagrangian", "symmetry.generators": 1}}]
    })");
    const auto file = experiment::parse_experiment(text.dump(), "x.json");
    plan_ = experiment::make_plan({file}, "desk", Json::object(), {});
    experiment::write_plan(plan_, run_.plan());
    for (const auto& trial : plan_.trials) store::write_trial(run_.trial(trial.id), discrete_record(trial));
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

// --- gnuplot

bool has_gnuplot() {
  return std::system("gnuplot --version > /dev/null 2>&1") == 0;
}

TEST_F(FiguresTest, DrawsEveryFormatAndRunsNothingFromATitle) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  const fs::path trap = folder_ / "trap";
  write_run({{"title", "Width's `touch " + trap.string() + "` {x}_1 $(touch " + trap.string() + ")"}});
  const FiguresReport report = draw({.out = out_,
                                     .formats = {PictureFormat::svg, PictureFormat::png, PictureFormat::pdf},
                                     .only = {"widths_loss"}});
  ASSERT_EQ(report.files.size(), 3U);
  for (const fs::path& file : report.files) EXPECT_GT(fs::file_size(file), 1000U) << file;
  EXPECT_THAT(read_text_file(out_ / "widths_loss.svg"), HasSubstr("`touch"));
  EXPECT_FALSE(fs::exists(trap));
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(out_)) files += entry.is_regular_file() ? 1 : 0;
  EXPECT_EQ(files, 5U);  // script, data, three pictures
}

TEST_F(FiguresTest, AllFiguresDraw) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  write_run();
  EXPECT_EQ(draw({.out = out_}).files.size(), 10U);
}

TEST_F(FiguresTest, WithoutGnuplotScriptsAndDataAreWritten) {
  write_run();
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  try {
    draw({.out = out_, .only = {"loss"}});
    ADD_FAILURE() << "drew without gnuplot";
  } catch (const EnvironmentError& error) {
    EXPECT_THAT(error.what(), HasSubstr("gnuplot-nox"));
  }
  setenv("PATH", path.c_str(), 1);
  EXPECT_TRUE(fs::exists(out_ / "widths_loss.gp"));
  EXPECT_TRUE(fs::exists(out_ / "widths_loss.dat"));
}

TEST_F(DiscreteFiguresTest, AllFiguresOfTrajectoriesDraw) {
  if (!has_gnuplot()) GTEST_SKIP() << "no gnuplot (Debian: gnuplot-nox)";
  EXPECT_EQ(draw({.out = out_}).files.size(), 10U);
}

}  // namespace
