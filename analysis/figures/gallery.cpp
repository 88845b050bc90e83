// Rollouts of all seeds.

#include <fmt/format.h>

#include <algorithm>

#include "analysis/figures/kinds.h"
#include "analysis/figures/rollouts.h"
#include "analysis/figures/text.h"
#include "analysis/figures/trajectory_panel.h"

namespace lnn::figures {
namespace {

constexpr int most_turns = 20;
constexpr Style wide_style{.color = light_gray, .width = 5};

/// How many points of a test are shown: until the fastest coordinate of the true motion has turned so often
/// that more would blacken the panel.
std::size_t shown_points(const Rollout& rollout) {
  std::size_t points = rollout.t.size();
  for (const Numbers& q : rollout.q_true) {
    int turns = 0;
    for (std::size_t i = 1; i + 1 < points; ++i) {
      if ((q[i] - q[i - 1]) * (q[i + 1] - q[i]) < 0 && ++turns == most_turns) points = i + 1;
    }
  }
  return points;
}

Numbers start_of(const Numbers& values, std::size_t points) {
  return {values.begin(), values.begin() + static_cast<std::ptrdiff_t>(points)};
}

/// One test of an arm, of all its seeds.
using Seeds = std::vector<const Rollout*>;

void add_panel(Picture& picture, const Seeds& seeds, std::size_t coordinate, bool first_row,
               const std::string& x_name) {
  const Rollout& one = *seeds[0];
  const std::size_t points = shown_points(one);
  const Numbers t = start_of(one.t, points);
  const Numbers truth = start_of(one.q_true[coordinate], points);
  std::vector<Numbers> learned;
  for (const Rollout* rollout : seeds) learned.push_back(start_of(rollout->q_model[coordinate], points));
  const Limits limits = limits_around(truth, learned);
  const std::string name =
      with_unit(symbol(one.coordinates[coordinate].name), one.coordinates[coordinate].unit);
  Panel& panel = picture.add_panel(
      {.x_name = x_name,
       .y_name = coordinate == 0 ? test_title(one) : "",
       .settings = linear_axis('y', limits, 3) + time_axis(t, one.coordinates.size() > 2 ? 3 : 4),
       .title = first_row ? name : ""});
  panel.curves.push_back(picture.data(name + ": t, true", {t, truth}) + " using 1:2 " + wide_style.plot());
  for (std::size_t i = 0; i < learned.size(); ++i) {
    const Style style{.color = line_style(i).color, .width = 1.5, .dash = line_style(i).dash};
    panel.curves.push_back(picture.data(name + ": t, learned", {t, learned[i]}) + " using 1:2 " +
                           style.plot());
  }
  if (one.chaos_time < t.back()) add_chaos_time(picture, panel, one, limits);
}

}  // namespace

Drawn draw_gallery(const Study& study) {
  if (study.compares_arms()) return {{}, "it compares arms on one system; its other figures do that"};
  if (study.of_trajectories() && study.arms.size() > 1)
    return {{}, "its arms minimize different losses, so none is the best; see 'methods'"};
  const auto arms = study.arms_with("rollouts");
  if (arms.empty()) return {{}, "no completed trial was rolled out"};
  const StudyArm& arm = *best_trial(arms, "rollouts").arm;
  const auto trials = arm.completed_with("rollouts");
  if (trials.size() > most_single_seeds) {
    return {{},
            fmt::format("its best arm has more than {} seeds; 'position' and 'energy' show their range",
                        most_single_seeds)};
  }
  std::vector<std::vector<Rollout>> rollouts;
  rollouts.reserve(trials.size());
  for (const StudyTrial* trial : trials) rollouts.push_back(read_rollouts(*trial));
  if (rollouts[0].empty()) return {{}, "no completed trial was rolled out"};

  const std::size_t n = rollouts[0][0].coordinates.size();
  const std::string name =
      study.arms.size() > 1 ? words(arm.label) + " (the arm with the lowest loss), " : "";
  const bool cut =
      std::ranges::any_of(rollouts[0], [](const Rollout& one) { return shown_points(one) < one.t.size(); });
  Picture picture({.name = study.file_name + "_gallery",
                   .title = study.title("rollouts of every seed"),
                   .subtitle = study.subtitle(name + count(trials.size(), "seed")) +
                               (cut ? "\nwhere the motion turns often only its start is shown" : ""),
                   .columns = n,
                   .height = 160,
                   .between = n > 2 ? 72.0 : 55.0,
                   .width = n > 2 ? 880.0 : 640.0});
  picture.add_entry("true", wide_style);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const Style style{.color = line_style(i).color, .width = 1.5, .dash = line_style(i).dash};
    picture.add_entry("learned, seed " + std::to_string(trials[i]->seed), style);
  }
  for (std::size_t test = 0; test < rollouts[0].size(); ++test) {
    Seeds seeds;
    for (const auto& one : rollouts) {
      const bool same =
          test < one.size() && one[test].t == rollouts[0][test].t && one[test].q_true.size() == n;
      if (same) seeds.push_back(&one[test]);
    }
    const bool last = test + 1 == rollouts[0].size();
    for (std::size_t c = 0; c < n; ++c)
      add_panel(picture, seeds, c, test == 0, last ? time_label(*trials[0]) : "");
  }
  return {{std::move(picture)}, ""};
}

}  // namespace lnn::figures
