// Loss over the epochs of training.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/figures/band.h"
#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

constexpr std::size_t largest_points = 600;  // more than the pixels of a panel
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

Band band_of(const std::string& name, const std::vector<Numbers>& series) {
  Numbers epochs(longest(series));
  for (std::size_t i = 0; i < epochs.size(); ++i) epochs[i] = static_cast<double>(i + 1);
  return thinned(band_over(name, std::move(epochs), series), largest_points);
}

/// A history column of the arms that have one.
std::vector<Band> bands_of(const std::vector<const StudyArm*>& arms, const std::string& column) {
  std::vector<Band> bands;
  for (const StudyArm* arm : arms) bands.push_back(band_of(words(arm->label), histories(*arm, column)));
  return bands;
}

Limits limits_of(const std::vector<Band>& bands) {
  std::vector<Numbers> values;
  for (const Band& band : bands) {
    values.push_back(band.low);
    values.push_back(band.high);
  }
  return log_limits(values);
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

/// A panel for each arm: its seeds, its median, and the other arms' medians behind them.
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
                   .between = 45});
  const std::vector<Band> bands = bands_of(arms, "val_total");
  const Limits limits = limits_of(bands);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const bool last_row = i + columns >= arms.size();
    Panel& panel = picture.add_panel({.x_name = last_row ? "epoch" : "",
                                      .y_name = i % columns == 0 ? "validation loss" : "",
                                      .settings = axes(bands, limits, 3),
                                      .title = bands[i].name});
    for (const Band& band : bands) {
      panel.curves.push_back(picture.data(band.name + ": epoch, median", {band.x, band.middle}) +
                             " using 1:2 " + others.plot());
    }
    for (const Numbers& one : histories(*arms[i], "val_total")) {
      const Band band = band_of(bands[i].name, std::vector<Numbers>{one});
      panel.curves.push_back(picture.data(band.name + ": epoch, one seed", {band.x, band.middle}) +
                             " using 1:2 " + seed.plot());
    }
    panel.curves.push_back(picture.data(bands[i].name + ": epoch, median", {bands[i].x, bands[i].middle}) +
                           " using 1:2 " + median.plot());
  }
  picture.add_entry("median", median);
  picture.add_entry("each seed", seed);
  picture.add_entry("medians of the other arms", others);
  return picture;
}

/// The parts of a loss that is trained without validation: a panel for each arm.
Picture loss_parts(const Study& study, const std::vector<const StudyArm*>& arms) {
  const std::vector<std::pair<std::string, std::string>> parts{
      {"train_total", "total"},
      {"train_base", "discrete Euler-Lagrange residual"},
      {"train_penalty", "degeneracy"},
      {"train_symmetry", "symmetry"}};
  Picture picture({.name = study.file_name + "_training",
                   .title = study.title("parts of the training loss"),
                   .subtitle = study.subtitle(seeds_of(arms, "train_total"))});
  for (const StudyArm* arm : arms) {
    std::vector<Band> bands;
    for (const auto& [column, name] : parts) {
      const std::vector<Numbers> series = histories(*arm, column);
      if (!series.empty()) bands.push_back(band_of(name, series));
    }
    const Limits limits = limits_of(bands);
    Panel& panel = picture.add_panel({.x_name = arm == arms.back() ? "epoch" : "",
                                      .y_name = "training loss",
                                      .settings = axes(bands, limits, 6),
                                      .title = words(arm->label)});
    add_bands(picture, panel, bands, limits);
    std::vector<std::string> names;
    for (const Band& band : bands) names.push_back(band.name);
    add_legend(picture, names);
  }
  return picture;
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
  if (!arms_with_history(study, "train_symmetry").empty()) {
    return {{loss_parts(study, arms_with_history(study, "train_total"))}, ""};
  }
  if (arms.empty()) return {{}, "no trial was trained for more than one epoch"};
  if (arms.size() == 1) return {{one_arm(study, *arms[0])}, ""};
  if (sweeps_two(arms)) return {{shared_panels(study, arms, "network.initialization")}, ""};
  if (arms.size() <= lines_in_a_panel) return {{shared_panels(study, arms, "")}, ""};
  return {{small_multiples(study, arms)}, ""};
}

}  // namespace lnn::figures
