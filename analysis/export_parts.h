#pragma once

#include "analysis/export_file.h"
#include "store/trial_reader.h"

/// The files of an export, one function each. All append what they wrote, and what they left out, to
/// `exported`; contents are described in analysis/export.h.
namespace lnn::analysis {

void export_trials(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported);
void export_epochs(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported);
void export_rollouts(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported);
void export_columns(std::span<const RunResults> runs, const ExportOptions& options, Exported& exported);

/// A trial's coordinates as `rollouts` names them: an array [times, n] becomes name_1 to name_n; arrays of
/// another length than the group's first are left out.
std::vector<store::Column> flat_columns(const store::ArrayGroup& group);

/// The first trial with a result of every experiment: together they have (nearly) every column there is.
std::vector<std::string> sample_trials(const RunResults& run);

}  // namespace lnn::analysis
