#pragma once

#include <vector>

#include "sweep/mpi_session.h"
#include "sweep/slot.h"

namespace lnn::sweep {

/// Slots on ranks 1 .. size-1: slot s is rank s+1, which runs serve().
class MpiSlots : public Slots {
 public:
  /// `mpi` must outlive this; needs at least two ranks and rank 0.
  explicit MpiSlots(const MpiSession& mpi) : mpi_(mpi) {}

  int count() const override { return mpi_.size() - 1; }
  void start(int slot, const Job& job) override;
  std::vector<SlotEvent> wait(std::chrono::milliseconds timeout) override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  const MpiSession& mpi_;
};

/// A worker rank's life: supervises one trial at a time as the master says, and returns the exit code with
/// which the master dismisses it. What still runs then is killed.
int serve(const MpiSession& mpi);

/// The master's last word to all workers.
void dismiss(const MpiSession& mpi, int exit_code);

}  // namespace lnn::sweep
