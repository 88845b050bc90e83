#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>

#include "audit/receipt.h"

namespace lnn::audit {

struct DrillOptions {
  std::filesystem::path program;  ///< lnn-sweep
  std::filesystem::path out;      ///< new or empty; nothing is written anywhere else
  double seconds = 30;            ///< how long processes are killed
  int ranks = 0;                  ///< of mpirun, at least 2; 0: the sweep alone
  std::uint64_t seed = 1;         ///< of the random times and victims
  std::function<void(const std::string&)> say = [](const std::string&) {};  ///< what is being done
  std::function<bool()> stop = [] { return false; };                        ///< asked often; true: give up
};

/// Somebody asked for an end.
class DrillStopped : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A small sweep of real trainings, undisturbed and then under fire: its processes are killed at random times
/// and it is started again with the same command, it is asked to drain, its files are damaged; at the end
/// every number must be, bit by bit, that of the undisturbed sweep. Throws UserError for impossible options,
/// EnvironmentError when a program cannot be started, DrillStopped. However it ends, no process of it lives
/// on.
Receipt run_drill(const DrillOptions& options);

}  // namespace lnn::audit
