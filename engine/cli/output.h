#pragma once

#include <string>

#include "analysis/runs.h"
#include "cli/options.h"

/// Where commands that read runs put their text, and how they say what is wrong with the runs.
namespace lnn::cli {

/// Writes to the file of `--out`, or to standard output without it. Throws EnvironmentError.
void write_output(const po::variables_map& values, const std::string& text);

/// Names on stderr what was left out and what should be known. True when something was left out: the command
/// then ends with code 1.
bool report_problems(const analysis::LoadedRuns& runs);

}  // namespace lnn::cli
