// Trajectories of all arms beside the true one.

#include <fmt/format.h>

#include <algorithm>

#include "analysis/figures/kinds.h"
#include "analysis/figures/rollouts.h"
#include "analysis/figures/text.h"
#include "analysis/figures/trajectory_panel.h"

namespace lnn::figures {
namespace {

constexpr std::size_t most_arms = 6;  // as many as there are colors

/// An arm's trial with the lowest loss, rolled out.
struct Method {
  std::string name;
  const StudyTrial* trial;
  std::vector<Rollout> rollouts;

  const Rollout* test(const Rollout& like) const {
    const auto found = std::ranges::find(rollouts, like.test, &Rollout::test);
    const bool fits =
        found != rollouts.end() && found->t == like.t && found->q_true.size() == like.q_true.size();
    return fits ? &*found : nullptr;
  }
};

std::vector<Method> methods_of(const std::vector<const StudyArm*>& arms) {
  std::vector<Method> methods;
  for (const StudyArm* arm : arms) {
    const Representative best = best_trial({arm}, "rollouts");
    methods.push_back({words(arm->label), best.trial, read_rollouts(*best.trial)});
  }
  std::erase_if(methods, [](const Method& method) { return method.rollouts.empty(); });
  return methods;
}

/// Why an experiment has no such figure; empty when it has.
std::string why_not(const Study& study) {
  if (study.compares_arms()) return "it compares arms on one system; its other figures do that";
  const std::size_t arms = study.arms_with("rollouts").size();
  if (arms < 2) return arms == 0 ? "no completed trial was rolled out" : "it has one arm with rollouts";
  return arms > most_arms ? fmt::format("it has more than {} arms", most_arms) : "";
}

std::string subtitle_of(const Study& study) {
  const std::string seeds = seeds_text(numbers_with(study.arms_with("rollouts"), "rollouts"));
  return study.subtitle(seeds == "1 seed" ? "one seed of each arm"
                                          : "of each arm the best of " + seeds + " (lowest loss)");
}

void add_legend_of(Picture& picture, const std::vector<Method>& methods) {
  picture.add_entry("true", broad_style);
  for (std::size_t i = 0; i < methods.size(); ++i) picture.add_entry(methods[i].name, line_style(i));
}

void add_coordinate(Picture& picture, const std::vector<Method>& methods, const Rollout& test,
                    std::size_t c) {
  std::vector<Numbers> learned;
  for (const Method& method : methods) {
    const Rollout* rollout = method.test(test);
    learned.push_back(rollout != nullptr ? rollout->q_model[c] : Numbers{});
  }
  const Limits limits = limits_around(test.q_true[c], learned);
  const std::string name = with_unit(symbol(test.coordinates[c].name), test.coordinates[c].unit);
  const bool last = c + 1 == test.coordinates.size();
  Panel& panel = picture.add_panel({.x_name = last ? time_label(*methods[0].trial) : "",
                                    .y_name = name,
                                    .settings = linear_axis('y', limits, 4) + time_axis(test.t, 8)});
  panel.curves.push_back(picture.data(name + ": t, true", {test.t, test.q_true[c]}) + " using 1:2 " +
                         broad_style.plot());
  for (std::size_t i = 0; i < methods.size(); ++i) {
    if (learned[i].empty()) continue;
    panel.curves.push_back(
        picture.data(fmt::format("{}, {}: t, learned", name, methods[i].name), {test.t, learned[i]}) +
        " using 1:2 " + line_style(i).plot());
  }
  add_training_end(picture, panel, test, limits);
}

bool in_a_plane(const Rollout& rollout) {
  return rollout.coordinates.size() == 2 && rollout.coordinates[0].name == "x" &&
         rollout.coordinates[1].name == "y";
}

Limits around(Limits limits, double span) {
  const double middle = (limits.low + limits.high) / 2;
  return {middle - span / 2, middle + span / 2};
}

void add_orbit(Picture& picture, const Rollout& test, const Rollout& learned, const std::string& name,
               const Style& style, bool first_column, bool last_row) {
  const Limits x = limits_around(test.q_true[0], std::span(&learned.q_model[0], 1));
  const Limits y = limits_around(test.q_true[1], std::span(&learned.q_model[1], 1));
  const double span = std::max(x.span(), y.span());
  const auto axis_name = [&](std::size_t c) {
    return with_unit(symbol(test.coordinates[c].name), test.coordinates[c].unit);
  };
  Panel& panel =
      picture.add_panel({.x_name = last_row ? axis_name(0) : "",
                         .y_name = first_column ? axis_name(1) : "",
                         .settings = Settings{{"set size ratio -1"}} + linear_axis('x', around(x, span), 4) +
                                     linear_axis('y', around(y, span), 4),
                         .title = name});
  panel.curves.push_back(picture.data("x, y, true", {test.q_true[0], test.q_true[1]}) + " using 1:2 " +
                         broad_style.plot());
  panel.curves.push_back(picture.data(name + ": x, y, learned", {learned.q_model[0], learned.q_model[1]}) +
                         " using 1:2 " + style.plot());
}

}  // namespace

Drawn draw_methods(const Study& study) {
  if (const std::string why = why_not(study); !why.empty()) return {{}, why};
  const std::vector<Method> methods = methods_of(study.arms_with("rollouts"));
  if (methods.empty()) return {{}, "its rollouts are empty"};
  Drawn drawn;
  for (const Rollout& test : methods[0].rollouts) {
    Picture picture({.name = study.file_name + "_methods_" + test.test,
                     .title = study.title(test_title(test) + ", all arms"),
                     .subtitle = subtitle_of(study),
                     .height = 190,
                     .left = 105});
    add_legend_of(picture, methods);
    for (std::size_t c = 0; c < test.coordinates.size(); ++c) add_coordinate(picture, methods, test, c);
    drawn.pictures.push_back(std::move(picture));
  }
  return drawn;
}

Drawn draw_orbits(const Study& study) {
  if (const std::string why = why_not(study); !why.empty()) return {{}, why};
  const std::vector<Method> methods = methods_of(study.arms_with("rollouts"));
  if (methods.empty() || !in_a_plane(methods[0].rollouts[0]))
    return {{}, "its system does not move in a plane (x, y)"};
  Drawn drawn;
  for (const Rollout& test : methods[0].rollouts) {
    Picture picture({.name = study.file_name + "_orbit_" + test.test,
                     .title = study.title(test_title(test) + ", orbits"),
                     .subtitle = subtitle_of(study),
                     .columns = 2,
                     .height = 300});
    add_legend_of(picture, methods);
    for (std::size_t i = 0; i < methods.size(); ++i) {
      if (const Rollout* learned = methods[i].test(test))
        add_orbit(picture, test, *learned, methods[i].name, line_style(i), i % 2 == 0,
                  i + 2 >= methods.size());
    }
    drawn.pictures.push_back(std::move(picture));
  }
  return drawn;
}

}  // namespace lnn::figures
