#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "experiment/plan.h"
#include "store/run_directory.h"

/// RUN/results.h5 read back: the summaries of many trials at once.
namespace lnn::store {

struct ResultsFile {
  experiment::Plan plan;
  RunContents contents;  ///< records without config, history, model and groups; metrics without unit, meaning
};

/// Reads plan and table of a collected file. It is untrusted input: the whole file's checksum
/// (store/results_seal.h), types and sizes are checked.
/// Throws EnvironmentError naming the file and what is wrong.
ResultsFile read_results(const std::filesystem::path& path);

/// As scan_trials, but quick: a trial whose file is still the one that was collected (is_unchanged())
/// has its summary from RUN/results.h5, with the fields that read_results gives. A missing, old or damaged
/// results.h5 only costs time.
RunContents read_contents(const RunDirectory& run, const experiment::Plan& plan);

}  // namespace lnn::store
