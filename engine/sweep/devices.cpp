#include "sweep/devices.h"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <sstream>

namespace lnn::sweep {
namespace {

// CUDA, too, ignores what follows an entry that is none.
std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> devices;
  std::istringstream words(list);
  for (std::string device; std::getline(words, device, ',');) {
    if (device.empty() || device == "-1" || device == "NoDevFiles") break;
    devices.push_back(device);
  }
  return devices;
}

std::vector<std::string> counted_by_driver() {
  std::error_code none;
  const std::filesystem::directory_iterator folder("/proc/driver/nvidia/gpus", none);
  std::vector<std::string> devices;
  if (none) return devices;
  for (auto count = std::distance(begin(folder), end(folder)); count > 0; --count)
    devices.push_back(std::to_string(devices.size()));
  return devices;
}

}  // namespace

std::vector<std::string> visible_devices() {
  const char* chosen = std::getenv("CUDA_VISIBLE_DEVICES");
  return chosen != nullptr ? split(chosen) : counted_by_driver();
}

}  // namespace lnn::sweep
