#pragma once

#include <string>

#include "store/hdf5.h"
#include "store/run_directory.h"

/// `/table` and `/plan` of a collected file (store/results_table.h), read back.
namespace lnn::store {

/// The first row of each trial. Records have no config, history, model or groups, metrics neither unit nor
/// meaning; metrics that are NaN are left out. Throws hdf5::Error, also when the checksum does not match.
RunContents read_results_table(hid_t file);

/// The plan's JSON text. Throws hdf5::Error, also when the checksum does not match.
std::string read_results_plan(hid_t file);

}  // namespace lnn::store
