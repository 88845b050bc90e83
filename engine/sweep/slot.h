#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <variant>
#include <vector>

#include "store/trial_record.h"
#include "trial/protocol.h"

/// Places where a trial can run. The master does not know whether a slot is a child of its own process
/// (local_slots.h) or a rank on another machine (mpi_slots.h).
namespace lnn::sweep {

/// One start of a trial, or of a pack of trials that train together in one process; everything that their
/// supervisor needs, wherever it is.
struct Job {
  std::vector<std::string> ids;
  std::vector<std::string> configs;  ///< of each trial, JSON text; its supervisor writes it to RUN/configs
  std::string run;                   ///< absolute path of the run directory
  std::string program;               ///< absolute path of the trial program
  int attempt = 1;
  int threads = 1;
  double timeout = 0;       ///< wall-clock limit of a trial [s]; 0: none. A pack has as many times as much
  double hang_limit = 0;    ///< longest time without a sign of life from the process [s]; 0: none
  double memory_limit = 0;  ///< of a trial process, data [MiB]; 0: none
  double checkpoint_every = 30;  ///< see trial::CheckpointOptions [s]
  std::string backend = "auto";  ///< these three: see jets::EngineOptions
  std::string precision = "auto";
  std::string device = "auto";
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Job, ids, configs, run, program, attempt, threads, timeout, hang_limit,
                                   memory_limit, checkpoint_every, backend, precision, device)

/// How a trial ended. All outcomes but `interrupted` have left a trial file, unless the trial is to run
/// again.
struct TrialEnd {
  store::Outcome outcome = store::Outcome::failed;
  std::string reason = {};               ///< for people; empty when completed
  double seconds = 0;                    ///< wall-clock time of this attempt [s]
  std::string environment_problem = {};  ///< not empty: disk, program or device do not work; end the sweep
  std::string device_problem = {};       ///< not empty: this slot's device does not work; start nothing there
  bool hopeless = false;   ///< its configuration is at fault: another start would end the same way
  bool run_alone = false;  ///< its pack failed, whoever's fault that was: try again without company
  double peak_memory = 0;  ///< of the process so far, resident [MiB]; 0 when unknown
};

using Report = std::variant<trial::EpochEvent, TrialEnd>;

/// What one trial of a job reports.
struct TrialReport {
  std::string id;
  Report report;
};

struct SlotEvent {
  int slot = 0;
  std::string id;
  Report report;
};

class Slots {
 public:
  virtual ~Slots() = default;
  virtual int count() const = 0;
  /// How many trials a slot may be given at a time: more than one where asking for the next one would take
  /// longer than a trial.
  virtual std::size_t depth() const { return 1; }
  /// Starts a job in a slot (0 .. count()-1) that is idle, or has fewer trials than depth(). What goes wrong
  /// arrives as an event. The slot is idle again after one TrialEnd for each of the job's trials.
  virtual void start(int slot, const Job& job) = 0;
  /// Waits until something happens or `timeout` is over, using next to no processor time.
  virtual std::vector<SlotEvent> wait(std::chrono::milliseconds timeout) = 0;
  /// Ends every running job: SIGTERM now, SIGKILL after `grace`. Each still reports its end.
  virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace lnn::sweep
