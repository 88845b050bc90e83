#include "analysis/figures/trajectory_panel.h"

#include <algorithm>
#include <cmath>

namespace lnn::figures {

Limits limits_around(const Numbers& truth, std::span<const Numbers> learned) {
  const Limits range = range_of(truth);
  const double span = std::max(range.span(), 1e-6);
  Limits limits = range;
  for (const Numbers& one : learned) {
    for (const double value : one) {
      if (std::isnan(value)) continue;
      const double kept = std::clamp(value, range.low - 0.5 * span, range.high + 0.5 * span);
      limits = {std::min(limits.low, kept), std::max(limits.high, kept)};
    }
  }
  return {limits.low - 0.08 * span, limits.high + 0.08 * span};
}

void add_pair(Picture& picture, Panel& panel, const std::string& name, const Rollout& rollout,
              const Numbers& truth, const Numbers& learned, Limits limits) {
  panel.curves.push_back(picture.data(name + ": t, true", {rollout.t, truth}) + " using 1:2 " +
                         true_style.plot());
  panel.curves.push_back(picture.data(name + ": t, learned", {rollout.t, learned}) + " using 1:2 " +
                         learned_style.plot());
  picture.add_entry("true", true_style);
  picture.add_entry("learned", learned_style);
  add_chaos_time(picture, panel, rollout, limits);
}

}  // namespace lnn::figures
