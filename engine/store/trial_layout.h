#pragma once

#include "store/hdf5.h"
#include "store/trial_file.h"

/// Where a record's parts stand inside an HDF5 file (the table in store/trial_file.h).
namespace lnn::store {

/// Writes a record into an empty group or file. Throws hdf5::Error.
/// Precondition (checked): every shape fits its values, and float32 parameters are exactly float32.
void write_record(hid_t root, const TrialRecord& record);

/// Reads what write_record wrote; types, ranks and sizes are checked before anything is allocated.
/// Throws hdf5::Error naming the object that is not as write_record leaves it.
TrialRecord read_record(hid_t root, Part part);

/// Reads the groups of arrays of what write_record wrote. Throws hdf5::Error.
std::vector<ArrayGroup> read_groups(hid_t root);

/// A trial file that passed every check, held in memory.
struct OpenTrial {
  hdf5::Handle file;
  TrialRecord record;
};

/// Opens and reads a trial file; throws as read_trial does (store/trial_file.h).
OpenTrial open_trial(const std::filesystem::path& path, Part part);

}  // namespace lnn::store
