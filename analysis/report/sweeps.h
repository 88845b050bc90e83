#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "experiment/plan.h"

/// What a run's event log tells of its sweeps, and how well their forecasts were.
namespace lnn::analysis::report {

/// What the program expected at one moment, and what came [s].
struct Forecast {
  double share = 0;      ///< of the sweep's time that had gone, 0 to 1
  double remaining = 0;  ///< expected then
  double actual = 0;     ///< what remained in truth
};

/// One `lnn-sweep run` in the run's folder.
struct Sweep {
  std::string part = {};  ///< of the plan, "K/N"; empty: all of it
  std::string host = {};
  int slots = 1;
  double start = 0;                       ///< seconds since 1970-01-01 UTC
  double end = 0;                         ///< of its last event
  bool finished = false;                  ///< it ended by itself with nothing left to do (exit code 0 or 1)
  std::vector<std::string> started = {};  ///< ids of the trials that it started, each once
  std::vector<Forecast> forecasts = {};   ///< of finished sweeps, by share; none before a trial has reported
};

/// The sweeps in one event log of a run, in order; torn and foreign lines are skipped. Nothing when there
/// is no log. Forecasts are computed as `lnn-sweep status` did then (sweep/board.h), from the events up to
/// that moment.
std::vector<Sweep> read_sweeps(const std::filesystem::path& events, const experiment::Plan& plan);

}  // namespace lnn::analysis::report
