#pragma once

#include <map>
#include <string>
#include <vector>

#include "learned/model.h"
#include "physics/sampling.h"
#include "physics/system.h"
#include "store/trial_record.h"

/// What a trained model learned, beside the truth (paper A, sections IV.6 and V, and LNN-2020).
namespace lnn::learned {

/// `metrics` always has every name; a value is NaN where it is not defined for the system or the model's
/// numbers are not finite. Each metric's meaning says how it is defined.
struct Comparison {
  std::map<std::string, store::Metric> metrics;
  std::vector<store::ArrayGroup> groups;  ///< of the family "learned", those that the system has
};

/// Accelerations, mass matrix, Lagrangian and signature at the validation states, in physical units;
/// `training` tells the boxes that figures and the signature grid cover.
///
/// Motion does not decide its Lagrangian. One that is c L + dF/dt + b is taken for the true one; any other of
/// the same motion shows as an error of mass matrix and Lagrangian beside right accelerations. Geodesics have
/// many (any function of L), and AdS even more, because its data all obey 2L = -1: a network may predict them
/// well with a metric of its own.
///
/// Precondition: model, system, data and boxes have the same dimension, and there is a sample.
Comparison compare(const Model& model, const physics::System& system, const physics::Dataset& validation,
                   const physics::SamplingOptions& training);

}  // namespace lnn::learned
