#pragma once

#include "experiment/settings.h"

namespace lnn::experiment {

/// JSON Schema (draft-07) of experiment files, for completion and checks in editors; made from the tables of
/// keys and fields that the program itself checks against.
Json experiment_schema();

}  // namespace lnn::experiment
