#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace lnn::sweep {

/// MPI while it lives: JSON messages between ranks that are never waited for in a blocking call (that would
/// burn a core). MPI's own errors end the whole job, as OpenMPI does by default. One per process.
class MpiSession {
 public:
  struct Message {
    int from = 0;
    nlohmann::json content;
  };

  /// True when mpirun or srun has started this process as a rank.
  static bool launched();

  MpiSession();
  ~MpiSession();
  MpiSession(const MpiSession&) = delete;
  MpiSession& operator=(const MpiSession&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  /// Place of this rank among the workers of its machine, 0, 1, ... (the master: -1), and how many these are.
  int local_worker() const { return local_worker_; }
  int local_workers() const { return local_workers_; }
  void send(int rank, const nlohmann::json& content) const;
  /// The next message that has arrived from anyone; never blocks.
  std::optional<Message> receive() const;
  /// Ends all ranks now.
  [[noreturn]] void abort(int exit_code) const;

 private:
  int rank_ = 0;
  int size_ = 1;
  int local_worker_ = -1;
  int local_workers_ = 0;
};

/// Runs `master` where the sweep is directed: in a process of its own without MPI (it gets nullptr), or on
/// rank 0, while every other rank supervises trials until the master is done. Returns the master's exit code,
/// or passes its error on; the other ranks return 0.
int run_on_master(const std::function<int(const MpiSession*)>& master);

}  // namespace lnn::sweep
