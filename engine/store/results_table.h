#pragma once

#include <string>
#include <vector>

#include "experiment/plan.h"
#include "store/hdf5.h"
#include "store/run_directory.h"

namespace lnn::store {

/// Writes `/table` into an open HDF5 file: one compound row per planned (trial, arm), also for trials without
/// a readable file, so that nothing is lost from a count.
///
///   id, experiment, label   text
///   seed                    unsigned 64-bit: network seed of the replicate
///   outcome                 text: the trial's outcome, or "missing" (no file), or "damaged" (unreadable
///                           file)
///   reason                  text: why it did not complete, or what is wrong with the file
///   attempts                unsigned 64-bit, 0 without a readable file
///   <metric>                float64, for every metric that any trial has; NaN where this one has none
///   <swept key>             text, for every key that any arm sweeps ("network.activation"); empty where not
///   provenance.<name>       text: what made it, as in /provenance of its file
///   file_bytes, file_time, file_crc32   unsigned 64-bit: the trial's file when it was read (FileStamp)
///
/// Text is fixed-length UTF-8: h5py, pandas and PyTables read it as bytes, `.str.decode("utf-8")` makes it
/// text. The attribute `columns` is JSON: {"<metric>": {"unit": ..., "meaning": ...}}; `crc32` is a checksum
/// of the rows as they are stored.
struct ResultsTable {
  hdf5::Handle row_type;    ///< HDF5 compound type of one row
  std::size_t rows = 0;     ///< in the plan's order
  std::vector<char> bytes;  ///< the rows, packed
  std::string columns;      ///< text of the attribute
};

/// Lays the table out in memory. Throws hdf5::Error.
ResultsTable make_results_table(const experiment::Plan& plan, const RunContents& contents);

/// Writes `/table` into an open HDF5 file. Throws hdf5::Error.
void write_results_table(hid_t file, const ResultsTable& table);

/// Writes `/plan`: the plan's JSON as one text, with its checksum in the attribute `crc32`.
void write_results_plan(hid_t file, const std::string& text);

/// Begins the names of columns that come from /provenance.
inline constexpr const char* provenance_prefix = "provenance.";

}  // namespace lnn::store
