// True and learned trajectories of one trial.

#include <algorithm>
#include <functional>

#include "analysis/figures/kinds.h"
#include "analysis/figures/rollouts.h"
#include "analysis/figures/text.h"
#include "analysis/figures/trajectory_panel.h"

namespace lnn::figures {
namespace {

const char* const no_rollouts = "no completed trial was rolled out";
const char* const no_best = "its arms minimize different losses, so none is the best; see 'methods'";
const char* const compares = "it compares arms on one system; its other figures do that";

Picture trajectory_picture(const Study& study, const Representative& shown, const Rollout& rollout) {
  Picture picture({.name = study.file_name + "_rollout_" + rollout.test,
                   .title = study.title(test_title(rollout)),
                   .subtitle = study.subtitle(name_of(study, shown)) + rollout.stop_text(),
                   .height = 170});
  for (std::size_t c = 0; c < rollout.coordinates.size(); ++c) {
    const std::string name = with_unit(symbol(rollout.coordinates[c].name), rollout.coordinates[c].unit);
    const Limits limits = limits_around(rollout.q_true[c], std::span(&rollout.q_model[c], 1));
    const bool last = c + 1 == rollout.coordinates.size();
    Panel& panel = picture.add_panel({.x_name = last ? time_label(*shown.trial) : "",
                                      .y_name = name,
                                      .settings = linear_axis('y', limits, 4) + time_axis(rollout.t, 8)});
    add_pair(picture, panel, name, rollout, rollout.q_true[c], rollout.q_model[c], limits);
  }
  return picture;
}

/// A coordinate or velocity of a rollout; null where it is not stored.
struct Pair {
  const Numbers* truth = nullptr;
  const Numbers* learned = nullptr;
};
using Choose = std::function<Pair(const Rollout&)>;

std::size_t place_of(const Rollout& rollout, const std::string& coordinate) {
  const auto found = std::ranges::find(rollout.coordinates, coordinate, &NamedUnit::name);
  return static_cast<std::size_t>(found - rollout.coordinates.begin());
}

/// One quantity of the best trial, a panel for each test.
Drawn geodesic_picture(const Study& study, const std::string& kind, const std::string& name,
                       const Choose& choose) {
  if (study.compares_arms()) return {{}, compares};
  const auto arms = study.arms_with("rollouts");
  if (arms.empty()) return {{}, no_rollouts};
  const Representative shown = best_trial(arms, "rollouts");
  if (!shown.trial->lorentzian()) return {{}, "its system has no time coordinate"};
  Picture picture({.name = study.file_name + "_" + kind,
                   .title = study.title(name + " along each test"),
                   .subtitle = study.subtitle(name_of(study, shown)),
                   .columns = 2,
                   .height = 210});
  for (const Rollout& rollout : read_rollouts(*shown.trial)) {
    const auto [truth, learned] = choose(rollout);
    if (truth == nullptr || learned == nullptr) continue;
    const Limits limits = limits_around(*truth, std::span(learned, 1));
    Panel& panel = picture.add_panel({.x_name = time_label(*shown.trial),
                                      .y_name = name,
                                      .settings = linear_axis('y', limits, 4) + time_axis(rollout.t, 5),
                                      .title = test_title(rollout)});
    add_pair(picture, panel, name, rollout, *truth, *learned, limits);
  }
  if (picture.empty()) return {{}, "its rollouts hold no " + name};
  return {{std::move(picture)}, ""};
}

}  // namespace

Drawn draw_trajectories(const Study& study) {
  if (study.compares_arms()) return {{}, compares};
  if (study.of_trajectories() && study.arms.size() > 1) return {{}, no_best};
  const auto arms = study.arms_with("rollouts");
  if (arms.empty()) return {{}, no_rollouts};
  const Representative shown = best_trial(arms, "rollouts");
  Drawn drawn;
  for (const Rollout& rollout : read_rollouts(*shown.trial))
    drawn.pictures.push_back(trajectory_picture(study, shown, rollout));
  if (drawn.pictures.empty()) drawn.why_not = no_rollouts;
  return drawn;
}

Drawn draw_depth(const Study& study) {
  return geodesic_picture(study, "depth", "z", [](const Rollout& rollout) {
    const std::size_t z = place_of(rollout, "z");
    return z < rollout.q_true.size() ? Pair{&rollout.q_true[z], &rollout.q_model[z]} : Pair{};
  });
}

Drawn draw_time_dilation(const Study& study) {
  return geodesic_picture(study, "time_dilation", "dt/dτ", [](const Rollout& rollout) {
    const std::size_t t = place_of(rollout, "t");
    const bool stored = t < rollout.v_true.size() && t < rollout.v_model.size();
    return stored ? Pair{&rollout.v_true[t], &rollout.v_model[t]} : Pair{};
  });
}

}  // namespace lnn::figures
