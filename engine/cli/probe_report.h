#pragma once

#include <string>

#include "experiment/plan.h"
#include "sweep/pace.h"

namespace lnn::cli {

/// What a plan will take on this kind of machine.
struct ProbeReport {
  int slots = 1;               ///< trials side by side
  bool on_gpus = false;        ///< what a slot is: a GPU or a core
  double slot_seconds = 0;     ///< of all trials together [s]
  sweep::Forecast wall;        ///< of the sweep on these slots [s]
  double memory = 0;           ///< largest of a trial process [MiB]; 0: unknown
  double disk = 0;             ///< result files of all trials [bytes]
  std::size_t unmeasured = 0;  ///< trials of classes that could not be measured
};

/// Precondition: the table knows at least one class.
ProbeReport report_of(const experiment::Plan& plan, const sweep::PaceTable& pace, int slots);

/// For people; `run` is the command that trains the plan.
std::string to_text(const ProbeReport& report, std::size_t trials, const std::string& run);

/// {"slots", "slot_hours", "seconds", "seconds_low", "seconds_high", "memory_mib", "disk_bytes",
/// "unmeasured_trials"}.
experiment::Json to_json(const ProbeReport& report);

}  // namespace lnn::cli
