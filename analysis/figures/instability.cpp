// Anatomy of the instability score (paper A, appendix B).

#include "training/instability.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

const std::string score = "instability_train_total";

/// A phase of the learning rate: epochs begin + 1 to end.
struct RatePhase {
  double begin = 0;
  double end = 0;
  bool rising = false;
  double deviation = 0;
};

struct Anatomy {
  Numbers epochs;
  Numbers loss;
  Numbers trend;
  Numbers residual;
  std::vector<RatePhase> phases;
};

/// t_max of each training phase; later ones keep the first one's unless they have their own.
std::vector<int> cycle_lengths(const Json& config) {
  const Json training = config.value("training", Json::object());
  const int first = training.value("t_max", 0);
  std::vector<int> lengths{first};
  for (const Json& phase : training.value("phases", Json::array()))
    lengths.push_back(phase.value("t_max", first));
  return lengths;
}

/// Appends one training phase, which is smoothed on its own.
void add_training_phase(Anatomy& anatomy, std::span<const double> losses, int t_max) {
  const auto start = static_cast<double>(anatomy.epochs.size());
  const Numbers trend = training::smooth_trend(losses);
  for (std::size_t i = 0; i < losses.size(); ++i) {
    anatomy.epochs.push_back(start + static_cast<double>(i + 1));
    anatomy.loss.push_back(losses[i]);
    anatomy.trend.push_back(trend[i]);
    anatomy.residual.push_back(losses[i] - trend[i]);
  }
  bool rising = false;
  double begin = start + 0.5;
  for (const double deviation : training::phase_deviations(losses, t_max)) {
    anatomy.phases.push_back({begin, begin + t_max, rising, deviation});
    begin += t_max;
    rising = !rising;
  }
}

Anatomy anatomy_of(const StudyTrial& trial) {
  Anatomy anatomy;
  const auto losses = trial.history("train_total");
  const auto phase = trial.history("phase");
  const std::vector<int> lengths = cycle_lengths(trial.config);
  std::size_t begin = 0;
  for (std::size_t index = 0; begin < losses.size(); ++index) {
    std::size_t end = begin + 1;
    while (end < losses.size() && (end >= phase.size() || phase[end] == phase[begin])) ++end;
    if (end - begin >= training::trend_window) {
      add_training_phase(anatomy, losses.subspan(begin, end - begin),
                         lengths[std::min(index, lengths.size() - 1)]);
    }
    begin = end;
  }
  return anatomy;
}

struct Shown {
  const StudyArm* arm;
  const StudyTrial* trial;
  std::string why;
};

/// The trial that learned best, and the most restless one.
std::vector<Shown> shown_trials(const Study& study) {
  Shown best{nullptr, nullptr, "lowest loss"};
  Shown restless{nullptr, nullptr, "most restless"};
  for (const StudyArm& arm : study.arms) {
    for (const StudyTrial& trial : arm.trials) {
      if (!std::isfinite(trial.metric(score)) || !std::isfinite(trial.metric("best_val_base"))) continue;
      if (trial.history("train_total").size() < training::trend_window) continue;
      if (best.trial == nullptr || trial.metric("best_val_base") < best.trial->metric("best_val_base")) {
        best.arm = &arm;
        best.trial = &trial;
      }
      if (restless.trial == nullptr || trial.metric(score) > restless.trial->metric(score)) {
        restless.arm = &arm;
        restless.trial = &trial;
      }
    }
  }
  if (best.trial == nullptr) return {};
  return best.trial == restless.trial ? std::vector{best} : std::vector{best, restless};
}

Settings shaded(const std::vector<RatePhase>& phases) {
  Settings settings;
  int tag = 500;
  for (const RatePhase& phase : phases) {
    if (!phase.rising) continue;
    settings.commands.push_back(fmt::format(
        "set object {} rectangle from first {}, graph 0 to first {}, graph 1 behind fc rgb '#E8E8E8' fs "
        "solid noborder",
        tag++, number(phase.begin), number(phase.end)));
  }
  return settings;
}

const Style loss_style{.color = colors[0], .width = 1.5};
const Style trend_style{.color = colors[1], .width = 2, .dash = "(8,4)"};
const Style residual_style{.color = colors[0], .width = 1.2};
const Style deviation_style{.color = black, .width = 2};
const Style mean_style{.color = colors[1], .width = 2, .dash = "(4,4)"};
const Style rising_style{.color = "#E8E8E8", .boxed = true};

void add_loss(Picture& picture, const Anatomy& anatomy, const Settings& x_axis, const std::string& title,
              bool first) {
  const Limits limits = log_limits(std::vector<Numbers>{anatomy.loss});
  Panel& panel = picture.add_panel({.y_name = first ? "training loss" : "",
                                    .settings = x_axis + log_axis('y', limits) + shaded(anatomy.phases),
                                    .title = title});
  panel.curves.push_back(
      picture.data("epoch, training loss, trend", {anatomy.epochs, anatomy.loss, anatomy.trend}) +
      " using 1:2 " + loss_style.plot());
  panel.curves.push_back(picture.data("epoch, trend", {anatomy.epochs, anatomy.trend}) + " using 1:2 " +
                         trend_style.plot());
}

/// Both deviations, up and down, as one line that steps from phase to phase.
void add_residual(Picture& picture, const Anatomy& anatomy, const Settings& x_axis, bool first) {
  const Limits range = range_of(anatomy.residual);
  const double most = 1.1 * std::max({std::abs(range.low), std::abs(range.high), 1e-12});
  Panel& panel =
      picture.add_panel({.y_name = first ? "loss - trend" : "",
                         .settings = x_axis + linear_axis('y', {-most, most}, 4) + shaded(anatomy.phases)});
  Numbers x;
  Numbers y;
  Numbers minus_y;
  for (const RatePhase& phase : anatomy.phases) {
    x.insert(x.end(), {phase.begin, phase.end});
    y.insert(y.end(), 2, phase.deviation);
    minus_y.insert(minus_y.end(), 2, -phase.deviation);
  }
  panel.curves.push_back(picture.data("epoch, residual", {anatomy.epochs, anatomy.residual}) + " using 1:2 " +
                         residual_style.plot());
  const std::string block = picture.data("epoch, deviation, -deviation", {x, y, minus_y});
  panel.curves.push_back(block + " using 1:2 " + deviation_style.plot());
  panel.curves.push_back(block + " using 1:3 " + deviation_style.plot());
}

void add_deviations(Picture& picture, const Anatomy& anatomy, const Settings& x_axis, bool first,
                    double mean) {
  Numbers begin;
  Numbers end;
  Numbers deviation;
  for (const RatePhase& phase : anatomy.phases) {
    begin.push_back(phase.begin);
    end.push_back(phase.end);
    deviation.push_back(phase.deviation);
  }
  const Limits limits = log_limits(std::vector<Numbers>{deviation, Numbers{mean}});
  Panel& panel = picture.add_panel({.x_name = "epoch",
                                    .y_name = first ? "deviation σ" : "",
                                    .settings = x_axis + log_axis('y', limits) + shaded(anatomy.phases)});
  panel.curves.push_back(picture.data("phase: first epoch, last epoch, deviation", {begin, end, deviation}) +
                         " using 1:3:($2-$1):(0) with vectors nohead lw 3 lc rgb '" + std::string(black) +
                         "'");
  const Numbers x{anatomy.epochs.front(), anatomy.epochs.back()};
  const Numbers y{mean, mean};
  panel.curves.push_back(picture.data("instability: mean of the deviations", {x, y}) + " using 1:2 " +
                         mean_style.plot());
}

}  // namespace

Drawn draw_instability(const Study& study) {
  std::vector<Shown> shown = shown_trials(study);
  // A file may tell of phases that are all too short to smooth.
  std::erase_if(shown, [](const Shown& one) { return anatomy_of(*one.trial).epochs.empty(); });
  if (shown.empty())
    return {{}, "no completed trial has an instability (15 epochs and one full phase of the rate)"};
  std::string columns;
  for (const Shown& one : shown) {
    const std::string arm = study.arms.size() > 1 ? words(one.arm->label) + ", " : "";
    columns += fmt::format("\n{}: {}seed {}", one.why, arm, one.trial->seed);
  }
  Picture picture(
      {.name = study.file_name + "_instability",
       .title = study.title("anatomy of the training instability"),
       .subtitle =
           study.subtitle("mean over the phases of the rate of σ, the deviation of loss - trend") + columns,
       .columns = shown.size(),
       .height = 185});
  std::vector<Anatomy> anatomies;
  std::vector<Settings> axes;
  for (const Shown& one : shown) {
    anatomies.push_back(anatomy_of(*one.trial));
    axes.push_back(linear_axis('x', {0, anatomies.back().epochs.back() + 1}, 3));
  }
  for (std::size_t i = 0; i < shown.size(); ++i)
    add_loss(picture, anatomies[i], axes[i], shown[i].why, i == 0);
  for (std::size_t i = 0; i < shown.size(); ++i) add_residual(picture, anatomies[i], axes[i], i == 0);
  for (std::size_t i = 0; i < shown.size(); ++i)
    add_deviations(picture, anatomies[i], axes[i], i == 0, shown[i].trial->metric(score));
  picture.add_entry("loss and loss - trend", loss_style);
  picture.add_entry("trend", trend_style);
  picture.add_entry("± σ of a phase", deviation_style);
  picture.add_entry("instability", mean_style);
  picture.add_entry("rising rate", rising_style);
  return {{std::move(picture)}, ""};
}

}  // namespace lnn::figures
