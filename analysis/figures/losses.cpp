// Loss and instability of every arm.

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/figures/kinds.h"
#include "analysis/figures/rollouts.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

struct ShownMetric {
  std::string metric;
  std::string name;
};

/// Arms with different scales compare in the units of unscaled data only.
std::vector<ShownMetric> loss_metrics(const Study& study) {
  const bool scales_differ =
      std::ranges::any_of(study.arms, [](const StudyArm& arm) { return arm.swept.contains("scaling"); });
  if (scales_differ) {
    return {{"best_val_total_normalized", "normalized validation loss"},
            {"instability_train_total_normalized", "normalized instability"}};
  }
  return {{"best_val_total", "validation loss"}, {"instability_train_total", "training instability"}};
}

Numbers finite_values(const StudyArm& arm, const std::string& metric) {
  Numbers values;
  for (const StudyTrial& trial : arm.trials) {
    if (const double value = trial.metric(metric); std::isfinite(value)) values.push_back(value);
  }
  return values;
}

double median(Numbers values) {
  std::ranges::sort(values);
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

/// The loss of predicting no acceleration, where it is one number for all arms; else NaN.
double idle_loss(const Study& study, const std::string& metric) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (!metric.starts_with("best_val_total")) return nan;
  Numbers losses;
  for (const StudyArm& arm : study.arms) {
    for (const StudyTrial& trial : arm.trials) {
      const double loss =
          trial.metric("zero_acceleration_loss") * trial.metric(metric) / trial.metric("best_val_total");
      if (std::isfinite(loss)) losses.push_back(loss);
    }
  }
  if (losses.empty() || std::ranges::max(losses) > 1.02 * std::ranges::min(losses)) return nan;
  return median(losses);
}

/// The arm's name, and how many of its planned seeds have all values where some have not.
std::string arm_name(const StudyArm& arm, const std::vector<ShownMetric>& shown) {
  std::size_t whole = arm.trials.size();
  for (const ShownMetric& one : shown) whole = std::min(whole, finite_values(arm, one.metric).size());
  const bool all = whole == arm.trials.size();
  return words(arm.label) + (all ? "" : fmt::format(" ({} of {})", whole, arm.trials.size()));
}

struct Marks {
  Numbers values;
  Numbers rows;
};

/// Seeds stand side by side, so that equal values do not hide each other.
void add_seeds(Marks& seeds, const Numbers& values, double row) {
  const auto size = static_cast<double>(values.size());
  for (std::size_t k = 0; k < values.size(); ++k) {
    seeds.values.push_back(values[k]);
    seeds.rows.push_back(row + (static_cast<double>(k) - (size - 1) / 2) * std::min(0.12, 0.5 / size));
  }
}

/// From one share of an arm's sorted seeds to another.
struct Spread {
  double from;
  double to;
  const char* name;
  Style style;
};
constexpr std::array spreads{
    Spread{0, 1, "all seeds", {.color = colors[0], .width = 1.5}},
    Spread{0.25, 0.75, "middle half of the seeds", {.color = colors[5], .width = 9}}};

void add_spread(Picture& picture, Panel& panel, const Study& study, const std::string& metric,
                const Spread& spread) {
  Numbers low;
  Numbers high;
  Numbers rows;
  for (std::size_t i = 0; i < study.arms.size(); ++i) {
    Numbers values = finite_values(study.arms[i], metric);
    if (values.empty()) continue;
    std::ranges::sort(values);
    const auto at = [&](double share) {
      return values[static_cast<std::size_t>(std::lround(share * static_cast<double>(values.size() - 1)))];
    };
    low.push_back(at(spread.from));
    high.push_back(at(spread.to));
    rows.push_back(static_cast<double>(i));
  }
  panel.curves.push_back(
      picture.data(fmt::format("{}: {}: from, to, row", metric, spread.name), {low, high, rows}) +
      fmt::format(" using 1:3:($2-$1):(0) with vectors nohead lw {:g} lc rgb '{}'", spread.style.width,
                  spread.style.color));
  picture.add_entry(spread.name, spread.style);
}

void add_marks(Picture& picture, Panel& panel, const Study& study, const std::string& metric) {
  Marks seeds;
  Marks medians;
  Marks papers;
  std::vector<std::string> places;
  for (std::size_t i = 0; i < study.arms.size(); ++i) {
    const StudyArm& arm = study.arms[i];
    const auto row = static_cast<double>(i);
    places.push_back(fmt::format("{} {}", i, arm.label));
    const Numbers values = finite_values(arm, metric);
    if (study.shows_each_seed()) add_seeds(seeds, values, row);
    if (!values.empty()) {
      medians.values.push_back(median(values));
      medians.rows.push_back(row);
    }
    for (const double value : study.published(arm, metric)) {
      papers.values.push_back(value);
      papers.rows.push_back(row);
    }
  }
  const auto add = [&](const char* name, const Marks& marks, const Style& style, const std::string& plot) {
    if (marks.values.empty()) return;
    const std::string meaning = fmt::format("{}: {}, row of {}", metric, name, fmt::join(places, "; "));
    panel.curves.push_back(picture.data(meaning, {marks.values, marks.rows}) + " " + plot);
    picture.add_entry(name, style);
  };
  if (!study.shows_each_seed()) {
    for (const Spread& spread : spreads) add_spread(picture, panel, study, metric, spread);
  }
  add("seed", seeds, seed_style, seed_style.plot());
  add("published", papers, paper_style, paper_style.plot());
  add("median", medians, median_style,
      fmt::format("using 1:($2-0.36):(0):(0.72) with vectors nohead lw {:g} lc rgb '{}'", median_style.width,
                  median_style.color));
}

Limits limits_of(const Study& study, const std::string& metric) {
  std::vector<Numbers> all{{idle_loss(study, metric)}};
  for (const StudyArm& arm : study.arms) {
    all.push_back(finite_values(arm, metric));
    all.push_back(study.published(arm, metric));
  }
  return log_limits(all);
}

void add_dots(Picture& picture, const Study& study, const ShownMetric& shown,
              const std::vector<std::string>& names) {
  std::vector<std::string> tics;
  for (std::size_t i = 0; i < names.size(); ++i)
    tics.push_back(fmt::format("{} {}", literal(picture.empty() ? names[i] : ""), i));
  const double last = static_cast<double>(names.size()) - 0.4;
  Panel& panel = picture.add_panel(
      {.x_name = shown.name,
       .settings = log_axis('x', limits_of(study, shown.metric), 4) +
                   Settings{{fmt::format("set yrange [{}:-0.6]", last),
                             fmt::format("set ytics ({})", fmt::join(tics, ", ")),
                             fmt::format("set grid ytics lw 0.5 lc rgb '{}' dt solid", light_gray)}}});
  if (const double idle = idle_loss(study, shown.metric); std::isfinite(idle)) {
    const Numbers x{idle, idle};
    const Numbers y{-0.6, last};
    panel.curves.push_back(picture.data(shown.metric + ": loss of predicting a = 0", {x, y}) + " " +
                           guide_style.plot());
    picture.add_entry("no acceleration predicted", guide_style);
  }
  add_marks(picture, panel, study, shown.metric);
}

/// Every seed's values of some metrics, by arm.
Drawn dots_picture(const Study& study, const std::string& kind, const std::string& what,
                   std::vector<ShownMetric> shown) {
  if (study.arms.size() < 2) return {{}, "it has one arm"};
  std::erase_if(shown, [&](const ShownMetric& one) {
    return std::ranges::all_of(study.arms,
                               [&](const StudyArm& arm) { return finite_values(arm, one.metric).empty(); });
  });
  if (shown.empty()) return {{}, "no completed trial has such a value"};
  std::vector<std::string> names;
  std::vector<std::size_t> seeds;
  std::size_t longest = 0;
  for (const StudyArm& arm : study.arms) {
    names.push_back(arm_name(arm, shown));
    longest = std::max(longest, width_of(names.back()));
    seeds.push_back(finite_values(arm, shown[0].metric).size());
  }
  Picture picture({.name = study.file_name + "_" + kind,
                   .title = study.title(shown.size() == 1 ? shown[0].name : what),
                   .subtitle = study.subtitle(seeds_text(seeds) + " per arm"),
                   .columns = shown.size(),
                   .height = 80 + 26 * static_cast<double>(names.size()),
                   .left = 40 + 7.5 * static_cast<double>(longest),
                   .between = 30});
  for (const ShownMetric& one : shown) add_dots(picture, study, one, names);
  return {{std::move(picture)}, ""};
}

}  // namespace

Drawn draw_losses(const Study& study) {
  if (study.of_trajectories()) return {{}, "its arms minimize different losses"};
  return dots_picture(study, "loss", "loss and instability", loss_metrics(study));
}

Drawn draw_prediction(const Study& study) {
  if (!study.of_trajectories()) return {{}, "it does not learn from trajectories"};
  const auto arms = study.arms_with("rollouts");
  if (arms.empty()) return {{}, "no completed trial was rolled out"};
  const auto rollouts = read_rollouts(*arms[0]->completed_with("rollouts")[0]);
  const std::string unit = rollouts.empty() ? "1" : units_of(rollouts[0]);
  return dots_picture(study, "prediction", "largest error of the positions",
                      {{"recreation_error", with_unit("within the training", unit)},
                       {"prediction_error", with_unit("beyond it", unit)}});
}

}  // namespace lnn::figures
