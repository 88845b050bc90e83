#pragma once

#include <optional>
#include <string>

#include "experiment/trial_config.h"

/// Which trials may train together as one batched computation.
namespace lnn::experiment {

/// What the trials of a pack have in common: architecture, number of coordinates, sizes of data sets and
/// batches, numbers of epochs, optimizer, clipping, loss and precision. Seeds, initial weights, data, system
/// constants, scales, learning rates and lambda may differ. Readable: "coordinates=2 network.width=500 ...".
std::string shape_text(const TrialConfig& config);

/// Equal for two trials exactly when they may share a pack, that is, have one shape_text: 12 hex digits.
/// Empty when the trial gains nothing from a pack.
std::string pack_key(const TrialConfig& config);

/// Where two trials differ that therefore may not share a pack.
struct PackDifference {
  std::string key;     ///< "network.width"
  std::string first;   ///< its value in the first trial, as text
  std::string second;  ///< and in the second
};

/// The first difference in the order of pack_key, or nothing when the trials may share a pack.
std::optional<PackDifference> pack_difference(const TrialConfig& first, const TrialConfig& second);

}  // namespace lnn::experiment
