#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sweep/memory_kills.h"
#include "sweep/slot.h"
#include "sweep/supervisor.h"

namespace lnn::sweep {

/// Slots on this machine: each has one trial process, a child of this process, which serves job after job as
/// long as they need the same surroundings and nothing goes wrong. Destroying them kills what still runs.
class LocalSlots : public Slots {
 public:
  /// With `devices` (see visible_devices()) jobs for the device "cuda" see one of them in slot s: number s
  /// modulo their count. Several slots may share one.
  explicit LocalSlots(int count, const std::vector<std::string>& devices = {});

  int count() const override { return static_cast<int>(slots_.size()); }
  void start(int slot, const Job& job) override;
  std::vector<SlotEvent> wait(std::chrono::milliseconds timeout) override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  struct Slot {
    std::string device;                      ///< see Place
    std::unique_ptr<Supervisor> supervisor;  ///< nothing: the slot is idle
    std::unique_ptr<Process> idle;           ///< what is ready for the next job
  };

  void wait_for_output(std::chrono::milliseconds timeout) const;
  void step(std::size_t slot);

  std::vector<Slot> slots_;
  std::vector<SlotEvent> events_;
  MemoryKills memory_kills_;
};

/// Processors that this process may use (its affinity mask: Slurm and taskset narrow it).
int available_cores();

/// How many trials of `threads` (1 or more) threads run side by side here when nobody says otherwise: for the
/// device "cuda" one on each that is visible (sweep/devices.h); else, or when none is, as many as there are
/// cores for.
int default_workers(int threads, const std::string& device);

}  // namespace lnn::sweep
