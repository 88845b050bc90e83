#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "sweep/process.h"
#include "sweep/slot.h"

namespace lnn::sweep {

/// Lets the trial program find out whether a device works, after a trial has failed on it. Never blocks.
class DeviceCheck {
 public:
  /// Throws EnvironmentError as Process does.
  DeviceCheck(const Job& job, const std::string& visible_device);

  int output() const { return process_.output(); }
  /// Whether the device works; nothing while that is being found out. One that does not answer for a minute
  /// does not work.
  std::optional<bool> works();

 private:
  using Clock = std::chrono::steady_clock;
  Process process_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace lnn::sweep
