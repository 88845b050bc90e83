#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/figures/figures.h"
#include "base/files.h"
#include "tests/store/sample_trials.h"
#include "tests/store/written_run.h"

/// A small run in a folder, its figures, and the numbers that these show.
namespace lnn::test {

namespace fs = std::filesystem;
using experiment::Json;
using figures::Numbers;

/// The blocks of a data file: rows of numbers under their comments; of equal comments the first.
inline std::map<std::string, std::vector<Numbers>> blocks(const fs::path& file) {
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
inline std::vector<Numbers> block(const fs::path& file, const std::string& start) {
  for (const auto& [comment, rows] : blocks(file)) {
    if (comment.starts_with(start)) return rows;
  }
  ADD_FAILURE() << file << " has no block '" << start << "'";
  return {};
}

inline store::DataArray line(const std::string& name, const std::string& unit, const Numbers& values) {
  return {name, unit, "", {static_cast<std::int64_t>(values.size())}, values};
}

/// A rollout of two coordinates whose model is off by `error` in each.
inline store::ArrayGroup rollout(const std::string& name, double error) {
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
inline Numbers losses(double level) {
  Numbers values;
  for (int i = 0; i < 40; ++i) values.push_back(level * (1 + 10.0 / (i + 1) + (i % 7 == 0 ? 0.5 : 0)));
  return values;
}

inline bool has_gnuplot() {
  return std::system("gnuplot --version > /dev/null 2>&1") == 0;
}

class FiguresTest : public test::InFolder {
 protected:
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
    plan_ = test::write_run(run_, text, record);
  }

  static double loss_of(const experiment::PlannedTrial& trial) {
    const Json network = trial.config().at("network");
    return network.at("seed").get<double>() / network.at("width").get<double>();
  }

  static store::TrialRecord record(const experiment::PlannedTrial& trial) {
    const double loss = loss_of(trial);
    store::TrialRecord result = test::completed_trial(trial);
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
  figures::FiguresReport draw(const figures::FiguresOptions& options) const {
    return figures::draw_figures(sources(), options);
  }
  figures::FiguresReport list(const std::vector<std::string>& only = {}) const {
    return figures::list_figures(sources(), {.out = {}, .only = only});
  }

  static std::vector<std::string> names(const figures::FiguresReport& report) {
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
          for (const figures::Picture& picture : kind.draw(study).pictures)
            figures::write_script(picture, out_);
        }
      }
    }
  }

  const fs::path out_ = folder_ / "new" / "figures";
  const store::RunDirectory run_{folder_ / "run"};
  experiment::Plan plan_;
};

}  // namespace lnn::test
