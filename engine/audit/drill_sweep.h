#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "audit/drill.h"
#include "store/run_directory.h"
#include "sweep/process.h"

namespace lnn::audit {

/// The sweep of a drill in one run folder: a command that is started again and again.
class DrillSweep {
 public:
  /// `mark` finds its processes (audit/marked_processes.h); what they print goes to `log`.
  DrillSweep(const DrillOptions& options, std::string mark, std::filesystem::path experiment,
             std::filesystem::path run, std::filesystem::path log);

  const store::RunDirectory& run() const { return run_; }

  /// Precondition: it does not run.
  void start();
  /// How it ended; nothing while it runs. An exit code, or 128 + the signal that ended it.
  std::optional<int> ended();
  /// The same after waiting for up to `seconds`. Throws DrillStopped.
  std::optional<int> wait(double seconds);
  /// To the sweep's first process: lnn-sweep or mpirun.
  void signal(int number) const;

 private:
  sweep::Command command() const;

  const DrillOptions& options_;
  std::string mark_;
  std::filesystem::path experiment_;
  store::RunDirectory run_;
  std::filesystem::path log_;
  std::unique_ptr<sweep::Process> process_;
};

/// Waits, and throws DrillStopped as soon as somebody asks.
void pause(const DrillOptions& options, double seconds);

/// Waits until the condition holds; false when it does not within `seconds`. Throws DrillStopped.
bool becomes_true(const DrillOptions& options, const std::function<bool()>& condition, double seconds);

/// The experiment of drills: 24 trainings of the double pendulum, of about a second each.
std::string drill_experiment();

}  // namespace lnn::audit
