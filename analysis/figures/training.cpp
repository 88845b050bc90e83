// Loss over the epochs of training.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "analysis/figures/band.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

constexpr std::size_t wide_points = 600;     // about as many as a panel has pixels
constexpr std::size_t small_points = 150;    // the same of one of three beside each other
constexpr std::size_t lines_in_a_panel = 6;  // as many as there are colors

std::vector<Numbers> histories(const StudyArm& arm, const std::string& column) {
  std::vector<Numbers> result;
  for (const StudyTrial& trial : arm.trials) {
    const auto values = trial.history(column);
    if (trial.trained() && !values.empty()) result.emplace_back(values.begin(), values.end());
  }
  return result;
}

std::size_t longest(const std::vector<Numbers>& series) {
  std::size_t size = 0;
  for (const Numbers& one : series) size = std::max(size, one.size());
  return size;
}

Band band_of(const std::string& name, const std::vector<Numbers>& series, std::size_t points = wide_points) {
  Numbers epochs(longest(series));
  for (std::size_t i = 0; i < epochs.size(); ++i) epochs[i] = static_cast<double>(i + 1);
  return thinned(band_over(name, std::move(epochs), series), points);
}

/// A history column of the arms that have one.
std::vector<Band> bands_of(const std::vector<const StudyArm*>& arms, const std::string& column,
                           std::size_t points = wide_points) {
  std::vector<Band> bands;
  bands.reserve(arms.size());
  for (const StudyArm* arm : arms)
    bands.push_back(band_of(words(arm->label), histories(*arm, column), points));
  return bands;
}

Limits limits_of(const std::vector<Band>& bands, double largest_ratio = 1e8) {
  std::vector<Numbers> values;
  for (const Band& band : bands) {
    values.push_back(band.low);
    values.push_back(band.high);
  }
  return log_limits(values, largest_ratio);
}

/// Vertical lines where a new training phase begins.
void add_phases(Picture& picture, Panel& panel, const StudyArm& arm, Limits limits) {
  const auto trained = std::ranges::find_if(arm.trials, &StudyTrial::trained);
  const auto phase = trained->history("phase");
  for (std::size_t i = 1; i < phase.size(); ++i) {
    if (phase[i] == phase[i - 1]) continue;
    const auto start = static_cast<double>(i) + 0.5;
    const Numbers x{start, start};
    const Numbers y{limits.low, limits.high};
    panel.curves.push_back(picture.data("a new phase begins", {x, y}) + " using 1:2 " + guide_style.plot());
    picture.add_entry("new phase", guide_style);
  }
}

Settings axes(const std::vector<Band>& bands, Limits limits, int tics) {
  double epochs = 1;
  for (const Band& band : bands) epochs = std::max(epochs, band.x.back());
  return log_axis('y', limits) + linear_axis('x', {0, epochs * 1.01}, tics);
}

std::string seeds_of(const std::vector<const StudyArm*>& arms, const std::string& column) {
  std::vector<std::size_t> numbers;
  numbers.reserve(arms.size());
  for (const StudyArm* arm : arms) numbers.push_back(histories(*arm, column).size());
  return spread_text(numbers);
}

/// One arm: its validation and its training loss.
Picture one_arm(const Study& study, const StudyArm& arm) {
  Picture picture({.name = study.file_name + "_training",
                   .title = study.title("loss in training"),
                   .subtitle = study.subtitle(seeds_of({&arm}, "val_total")),
                   .height = 290});
  const std::vector<Band> bands{band_of("validation", histories(arm, "val_total")),
                                band_of("training", histories(arm, "train_total"))};
  const Limits limits = limits_of(bands);
  Panel& panel = picture.add_panel({.x_name = "epoch", .y_name = "loss", .settings = axes(bands, limits, 8)});
  add_bands(picture, panel, bands, limits);
  add_legend(picture, {"validation", "training"});
  add_phases(picture, panel, arm, limits);
  return picture;
}

/// All arms in one panel, or, where the initialization is swept, too, a panel for each.
Picture shared_panels(const Study& study, const std::vector<const StudyArm*>& arms,
                      const std::string& panel_key) {
  Picture picture({.name = study.file_name + "_training",
                   .title = study.title("validation loss in training"),
                   .subtitle = study.subtitle(seeds_of(arms, "val_total")),
                   .height = 290});
  const Limits limits = limits_of(bands_of(arms, "val_total"));
  std::vector<std::string> panels;
  for (const StudyArm* arm : arms) {
    const std::string value = panel_key.empty() ? "" : arm->swept.value(panel_key, "");
    if (std::ranges::find(panels, value) == panels.end()) panels.push_back(value);
  }
  for (const std::string& value : panels) {
    std::vector<Band> bands;
    std::vector<std::string> names;
    for (const StudyArm* arm : arms) {
      if (!panel_key.empty() && arm->swept.value(panel_key, "") != value) continue;
      std::string label = arm->label;
      if (!value.empty() && label.ends_with(", " + value)) label.resize(label.size() - value.size() - 2);
      names.push_back(words(label));
      bands.push_back(band_of(names.back(), histories(*arm, "val_total")));
    }
    Panel& panel = picture.add_panel({.x_name = "epoch",
                                      .y_name = "validation loss",
                                      .settings = axes(bands, limits, 8),
                                      .title = value.empty() ? "" : words(value) + " initialization"});
    add_bands(picture, panel, bands, limits);
    add_legend(picture, names);
    if (panel_key.empty()) add_phases(picture, panel, *arms[0], limits);
  }
  return picture;
}

std::string medians_of(Picture& picture, const std::vector<Band>& bands) {
  std::vector<Line> lines;
  lines.reserve(bands.size());
  for (const Band& band : bands) lines.push_back({band.x, band.middle});
  return picture.lines("epoch, median of each arm", lines);
}

std::string seeds_of_arm(Picture& picture, const StudyArm& arm, const std::string& name) {
  std::vector<Band> seeds;
  for (const Numbers& one : histories(arm, "val_total")) {
    seeds.push_back(band_of(name, std::vector<Numbers>{one}));
  }
  std::vector<Line> lines;
  lines.reserve(seeds.size());
  for (const Band& seed : seeds) lines.push_back({seed.x, seed.middle});
  return picture.lines(name + ": epoch, each seed", lines);
}

/// A panel for each arm: its seeds or their range, its median, and all arms' medians behind them.
Picture small_multiples(const Study& study, const std::vector<const StudyArm*>& arms) {
  constexpr std::size_t columns = 3;
  const Style others{.color = light_gray, .width = 1};
  const Style seed{.color = colors[5], .width = 1};
  const Style median{.color = colors[0], .width = 2.5};
  Picture picture({.name = study.file_name + "_training",
                   .title = study.title("validation loss in training"),
                   .subtitle = study.subtitle(seeds_of(arms, "val_total")),
                   .columns = columns,
                   .height = 180,
                   .between = 60});
  const std::vector<Band> bands = bands_of(arms, "val_total", small_points);
  const Limits limits = limits_of(bands);
  const std::string medians = medians_of(picture, bands) + " using 1:2 " + others.plot();
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const bool last_row = i + columns >= arms.size();
    Panel& panel = picture.add_panel({.x_name = last_row ? "epoch" : "",
                                      .y_name = i % columns == 0 ? "validation loss" : "",
                                      .settings = axes(bands, limits, 3),
                                      .title = bands[i].name});
    panel.curves.push_back(medians);
    if (study.shows_each_seed()) {
      panel.curves.push_back(seeds_of_arm(picture, *arms[i], bands[i].name) + " using 1:2 " + seed.plot());
      panel.curves.push_back(picture.data(bands[i].name + ": epoch, median", {bands[i].x, bands[i].middle}) +
                             " using 1:2 " + median.plot());
    } else {
      add_one_band(picture, panel, bands[i], median, limits);
    }
  }
  picture.add_entry("median", median);
  if (study.shows_each_seed()) picture.add_entry("each seed", seed);
  picture.add_entry("medians of the other arms", others);
  return picture;
}

/// Full-batch steps in an epoch of a model of trajectories.
double passes_per_epoch(const StudyArm& arm) {
  return arm.trials[0].config.value("training", Json::object()).value("passes_per_epoch", 1.0);
}

struct LossPart {
  const char* column;
  const char* name;
};
constexpr std::array loss_columns{
    LossPart{"train_total", "total"}, LossPart{"train_base", "motion (residual or error)"},
    LossPart{"train_penalty", "degeneracy"}, LossPart{"train_symmetry", "symmetry"}};

bool is_used(const std::vector<Numbers>& series) {
  return std::ranges::any_of(series, [](const Numbers& one) {
    return std::ranges::any_of(one, [](double value) { return value > 0; });
  });
}

/// A panel of an arm: the parts of its loss, each in the same style in all panels.
void add_parts(Picture& picture, const StudyArm& arm, const std::string& x_name) {
  std::vector<Band> bands;
  std::vector<std::size_t> styles;
  for (std::size_t i = 0; i < loss_columns.size(); ++i) {
    const std::vector<Numbers> series = histories(arm, loss_columns[i].column);
    if (!is_used(series)) continue;
    bands.push_back(band_of(loss_columns[i].name, series));
    for (double& x : bands.back().x) x *= passes_per_epoch(arm);
    styles.push_back(i);
  }
  if (bands.empty()) return;
  // From millions at the start down to the last digits: all of it tells something.
  const Limits limits = limits_of(bands, 1e16);
  Panel& panel = picture.add_panel({.x_name = x_name,
                                    .y_name = "training loss",
                                    .settings = axes(bands, limits, 6),
                                    .title = words(arm.label)});
  for (std::size_t i = 0; i < bands.size(); ++i) {
    add_one_band(picture, panel, bands[i], line_style(styles[i]), limits);
    picture.add_entry(bands[i].name, line_style(styles[i]));
  }
}

/// Models of trajectories: the parts of the training loss, a panel for each arm.
Drawn loss_parts(const Study& study, const std::vector<const StudyArm*>& arms) {
  Picture picture({.name = study.file_name + "_training",
                   .title = study.title("parts of the training loss"),
                   .subtitle = study.subtitle(seeds_of(arms, "train_total")),
                   .height = 210});
  for (const StudyArm* arm : arms) add_parts(picture, *arm, arm == arms.back() ? "passes over the data" : "");
  if (picture.empty()) return {{}, "its losses are not positive"};
  return {{std::move(picture)}, ""};
}

std::vector<const StudyArm*> arms_with_history(const Study& study, const std::string& column) {
  std::vector<const StudyArm*> arms;
  for (const StudyArm& arm : study.arms) {
    if (longest(histories(arm, column)) > 1) arms.push_back(&arm);
  }
  return arms;
}

bool sweeps_two(const std::vector<const StudyArm*>& arms) {
  std::set<std::string> swept;
  for (const StudyArm* arm : arms) {
    for (const auto& [key, value] : arm->swept.items()) swept.insert(key);
  }
  return swept == std::set<std::string>{"network.activation", "network.initialization"};
}

}  // namespace

Drawn draw_training(const Study& study) {
  const std::vector<const StudyArm*> arms = arms_with_history(study, "val_total");
  if (arms.empty()) return {{}, "no trial was trained for more than one epoch"};
  if (study.of_trajectories()) return loss_parts(study, arms);
  if (arms.size() == 1) return {{one_arm(study, *arms[0])}, ""};
  if (sweeps_two(arms)) return {{shared_panels(study, arms, "network.initialization")}, ""};
  if (arms.size() <= lines_in_a_panel) return {{shared_panels(study, arms, "")}, ""};
  return {{small_multiples(study, arms)}, ""};
}

}  // namespace lnn::figures
