#pragma once

#include <sys/types.h>

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/result.h"

namespace lnn::bench {

/// A running worker (see worker.h), a copy of this program.
class WorkerProcess {
 public:
  /// Starts it; does not wait. Throws EnvironmentError when no process can be started.
  WorkerProcess(const Case& definition, const jets::EngineOptions& engine);
  ~WorkerProcess();
  WorkerProcess(const WorkerProcess&) = delete;
  WorkerProcess& operator=(const WorkerProcess&) = delete;

  /// Writes a line to the worker.
  void tell(const std::string& line);
  /// Waits for the worker's next line. Throws EnvironmentError when the worker has ended instead.
  nlohmann::json hear();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  pid_t pid_ = -1;
  std::unique_ptr<std::FILE, Close> input_;
  std::unique_ptr<std::FILE, Close> output_;
};

/// Memory of one process that trains this case and, for `processes` >= 2, the throughput of that many at
/// once; each of its measurements takes `seconds`.
WorkerResult measure_in_processes(const Case& definition, const jets::EngineOptions& engine, int processes,
                                  double seconds);

}  // namespace lnn::bench
