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
  /// Trials of milliseconds are dealt out ahead: their ranks would otherwise wait for messages most of the
  /// time.
  std::size_t depth() const override;
  void start(int slot, const Job& job) override;
  std::vector<SlotEvent> wait(std::chrono::milliseconds timeout) override;
  void stop(std::chrono::milliseconds grace) override;

 private:
  void take(const MpiSession::Message& message, std::vector<SlotEvent>& events);

  const MpiSession& mpi_;
  int ends_ = 0;
  double typical_seconds_ = 1;  ///< of the last trials
};

/// A worker rank's life: gives `slots` (one of them) the jobs that the master sends, one after the other,
/// reports what becomes of them, and returns when the master dismisses it. What still runs then is killed
/// when `slots` is destroyed.
void serve(const MpiSession& mpi, Slots& slots);

/// The master's last word to all workers.
void dismiss(const MpiSession& mpi);

}  // namespace lnn::sweep
