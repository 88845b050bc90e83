#include "sweep/device_check.h"

#include "sweep/trial_command.h"

namespace lnn::sweep {

DeviceCheck::DeviceCheck(const Job& job, const std::string& visible_device)
    : process_(device_check_command(job, visible_device)) {}

std::optional<bool> DeviceCheck::works() {
  constexpr std::chrono::seconds patience{60};
  const auto status = process_.poll();
  process_.read_lines();
  if (!status && Clock::now() - start_ > patience) return false;
  if (!status) return std::nullopt;
  return !status->by_signal && status->code != trial::exit_device;
}

}  // namespace lnn::sweep
