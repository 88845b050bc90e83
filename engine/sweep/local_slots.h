#pragma once

#include <memory>
#include <vector>

#include "sweep/slot.h"
#include "sweep/supervisor.h"

namespace lnn::sweep {

/// Slots on this machine: each runs one trial process, a child of this process. Destroying them kills what
/// still runs.
class LocalSlots : public Slots {
 public:
  explicit LocalSlots(int count) : trials_(static_cast<std::size_t>(count)) {}

  int count() const override { return static_cast<int>(trials_.size()); }
  void start(int slot, const Job& job) override;
  std::vector<SlotEvent> wait(std::chrono::milliseconds timeout) override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  struct RunningTrial {
    explicit RunningTrial(const Job& job) : ids(job.ids), supervisor(job) {}
    std::vector<std::string> ids;
    Supervisor supervisor;
  };

  void wait_for_output(std::chrono::milliseconds timeout) const;
  void step(std::size_t slot);

  std::vector<std::unique_ptr<RunningTrial>> trials_;  ///< empty where a slot is idle
  std::vector<SlotEvent> events_;
};

/// Processors that this process may use (its affinity mask: Slurm and taskset narrow it).
int available_cores();

}  // namespace lnn::sweep
