#pragma once

#include <span>
#include <string>

#include "analysis/figures/rollouts.h"

/// One coordinate or velocity of a test over time, true and learned.
namespace lnn::figures {

/// Limits around the true trajectory, with room for the learned ones: half of the true one's span on both
/// sides. A learned trajectory that runs away is cut off there.
Limits limits_around(const Numbers& truth, std::span<const Numbers> learned);

/// Adds the true trajectory and the learned one to a panel.
void add_pair(Picture& picture, Panel& panel, const std::string& name, const Rollout& rollout,
              const Numbers& truth, const Numbers& learned, Limits limits);

}  // namespace lnn::figures
