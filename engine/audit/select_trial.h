#pragma once

#include <string>

#include "experiment/plan.h"

namespace lnn::audit {

/// The trial as people call it: "gelu, custom, seed 3".
std::string trial_title(const experiment::PlannedTrial& trial);

/// The one trial that `entry` means: the beginning of its id, its title, or a label (or a part of one) that a
/// single trial has. Throws UserError when there is none, naming the nearest title, or more than one, naming
/// some.
const experiment::PlannedTrial& select_trial(const experiment::Plan& plan, const std::string& entry);

}  // namespace lnn::audit
