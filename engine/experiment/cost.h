#pragma once

#include <string>

#include "experiment/trial_config.h"

/// How long trials take, before any has been trained.
namespace lnn::experiment {

/// Estimated floating-point operations of a whole trial (training and validation, all phases): proportional
/// to epochs x samples x network size; only ratios matter.
double estimate_cost(const TrialConfig& config);

/// Equal for two trials exactly when they do the same work: one system, model, architecture, optimizer, loss
/// and evaluation, the same sizes of data sets and batches, numbers of epochs and precision. Seeds, initial
/// weights, constants, boxes, learning rates and lambda may differ. 12 hex digits.
std::string cost_class_of(const TrialConfig& config);

}  // namespace lnn::experiment
