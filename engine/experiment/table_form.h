#pragma once

#include <string>

#include "experiment/settings.h"

namespace lnn::experiment {

/// Checks the `tables` of an experiment file whose other sections are already checked: fields, metrics, rows
/// that are swept, references to values that occur. Throws UserError, prefixed with `where` (the file).
void check_tables(const Json& file, const std::string& where);

}  // namespace lnn::experiment
