// Sign of the mass matrix's determinant over the angles.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/figures/kinds.h"
#include "analysis/figures/text.h"

namespace lnn::figures {
namespace {

constexpr int velocity_pairs = 9;  // panels of the stored bit mask

/// A share of wrong signs at each pair of angles: row by row of theta2, columns are theta1.
struct Map {
  std::size_t size = 0;
  Numbers shares;

  double mean() const {
    double sum = 0;
    for (const double share : shares) sum += share;
    return shares.empty() ? 0 : sum / static_cast<double>(shares.size());
  }
};

const store::DataArray& mask_of(const StudyTrial& trial) {
  const store::ArrayGroup& group = *trial.group("learned", "signature");
  const store::DataArray& any = need_array(group, "wrong", {-1, -1});
  return need_array(group, "wrong", {any.shape[0], any.shape[0]});
}

/// Share over the trials and the given pairs of velocities.
Map wrong_share(const std::vector<const StudyTrial*>& trials, int first_pair, int pairs) {
  Map map{static_cast<std::size_t>(mask_of(*trials[0]).shape[0]), {}};
  map.shares.assign(map.size * map.size, 0);
  for (const StudyTrial* trial : trials) {
    const Numbers& values =
        need_array(*trial->group("learned", "signature"), "wrong", mask_of(*trials[0]).shape).values;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto mask =
          std::isfinite(values[i]) ? static_cast<unsigned>(values[i]) : (1U << velocity_pairs) - 1;
      int wrong = 0;
      for (int pair = first_pair; pair < first_pair + pairs; ++pair)
        wrong += static_cast<int>((mask >> pair) & 1U);
      const std::size_t theta1 = i / map.size;
      const std::size_t theta2 = i % map.size;
      map.shares[theta2 * map.size + theta1] += wrong;
    }
  }
  for (double& share : map.shares) share /= pairs * static_cast<double>(trials.size());
  return map;
}

/// The end of a scale from 0 that holds a share.
double round_up(double share) {
  for (const double end : {0.01, 0.02, 0.05, 0.1, 0.2, 0.5}) {
    if (share <= end) return end;
  }
  return 1;
}

std::string percent(double share) {
  return share > 0.0995 ? fmt::format("{:.0f} %", 100 * share) : fmt::format("{:.2g} %", 100 * share);
}

void add_map(Picture& picture, const std::string& name, const Map& map, double top, bool first_column,
             bool last_row) {
  const double step = 2 * std::numbers::pi / (static_cast<double>(map.size) - 1);
  Panel& panel = picture.add_panel(
      {.x_name = last_row ? "θ₁ [rad]" : "",
       .y_name = first_column ? "θ₂ [rad]" : "",
       .settings = Settings{{"set size ratio 1", "set border 15"}} + angle_axis('x') +
                   angle_axis('y', first_column) +
                   Settings{{fmt::format("set palette defined (0 '#ffffff', 0.25 '{}', 0.6 '{}', 1 '{}')",
                                         colors[5], colors[0], black),
                             fmt::format("set cbrange [0:{}]", number(top))}},
       .title = fmt::format("{}\n{}", name, percent(map.mean()))});
  const std::string block = picture.matrix(
      name + ": share of wrong signs; a row is a theta2, a column a theta1", map.shares, map.size);
  panel.curves.push_back(fmt::format("{} using ($1*{:.8g}):($2*{:.8g}):3 with image", block, step, step));
}

PictureOptions map_options(const Study& study, const char* kind, const std::string& subtitle) {
  return {.name = study.file_name + kind,
          .title = study.title("wrong sign of det M"),
          .subtitle = subtitle,
          .columns = 3,
          .height = 230,
          .between = 40,
          .color_scale = "share of wrong signs"};
}

/// "-10 rad/s" of "-10 rad/s, 0 rad/s, 10 rad/s".
std::string velocity(const store::ArrayGroup& group, const std::string& fact, int index) {
  const auto found = group.facts.find(fact);
  std::string rest = found == group.facts.end() ? "" : found->second;
  for (int i = 0; i < index; ++i)
    rest.erase(0, rest.find(", ") == std::string::npos ? rest.size() : rest.find(", ") + 2);
  rest.resize(std::min(rest.find(", "), rest.size()));
  if (const auto unit = rest.find(" rad/s"); unit != std::string::npos) rest.resize(unit);
  return plain(rest);
}

}  // namespace

Drawn draw_determinant(const Study& study) {
  auto arms = study.arms_with("learned", "signature");
  if (arms.empty()) return {{}, "its system has no grid of two angles, or no trial has completed"};
  const std::size_t all = arms.size();
  std::erase_if(arms, [](const StudyArm* arm) {
    return wrong_share(arm->completed_with("learned", "signature"), 0, velocity_pairs).mean() == 0;
  });
  if (arms.empty()) return {{}, "det M has the right sign everywhere"};
  std::vector<Map> maps;
  double highest = 0;
  for (const StudyArm* arm : arms) {
    maps.push_back(wrong_share(arm->completed_with("learned", "signature"), 0, velocity_pairs));
    highest = std::max(highest, std::ranges::max(maps.back().shares));
  }
  const std::string seeds = seeds_text(numbers_with(arms, "learned", "signature"));
  const std::string others =
      all == arms.size() ? ""
                         : fmt::format("; {} without wrong signs not shown", count(all - arms.size(), "arm"));
  Picture picture(map_options(
      study, "_determinant",
      study.subtitle(fmt::format("share over {} and {} pairs of velocities", seeds, velocity_pairs)) +
          "\nin percent: mean over the angles" + others));
  for (std::size_t i = 0; i < arms.size(); ++i)
    add_map(picture, words(arms[i]->label), maps[i], round_up(highest), i % 3 == 0, i + 3 >= arms.size());
  return {{std::move(picture)}, ""};
}

Drawn draw_determinant_velocities(const Study& study) {
  Representative worst;
  double highest = 0;
  for (const StudyArm* arm : study.arms_with("learned", "signature")) {
    for (const StudyTrial* trial : arm->completed_with("learned", "signature")) {
      const double share = wrong_share({trial}, 0, velocity_pairs).mean();
      ++worst.among;
      if (share <= highest) continue;
      highest = share;
      worst.arm = arm;
      worst.trial = trial;
    }
  }
  if (worst.trial == nullptr) return {{}, "no completed trial has a wrong sign of det M"};
  const std::string arm = study.arms.size() > 1 ? words(worst.arm->label) + ", " : "";
  Picture picture(map_options(study, "_determinant_velocities",
                              study.subtitle(fmt::format("{}seed {} (the most wrong signs of {} trials)", arm,
                                                         worst.trial->seed, worst.among)) +
                                  "\na panel for each pair of velocities (dθ₁/dt, dθ₂/dt) in rad/s; in "
                                  "percent: mean over the angles"));
  const store::ArrayGroup& group = *worst.trial->group("learned", "signature");
  for (int pair = 0; pair < velocity_pairs; ++pair) {
    const std::string name = fmt::format("({}, {})", velocity(group, "velocities_theta1", pair / 3),
                                         velocity(group, "velocities_theta2", pair % 3));
    add_map(picture, name, wrong_share({worst.trial}, pair, 1), 1, pair % 3 == 0, pair >= 6);
  }
  return {{std::move(picture)}, ""};
}

}  // namespace lnn::figures
