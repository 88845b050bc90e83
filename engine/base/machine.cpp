#include "base/machine.h"

#include <sched.h>

#include <cstdlib>
#include <fstream>

namespace lnn {
namespace {

// What follows "key...: " in a file of such lines; "" without that key.
std::string field(const char* path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (!line.starts_with(key) || colon == std::string::npos) continue;
    const std::size_t value = line.find_first_not_of(" \t", colon + 1);
    return value == std::string::npos ? "" : line.substr(value);
  }
  return "";
}

double own_mebibytes(const std::string& key) {
  return std::strtod(field("/proc/self/status", key).c_str(), nullptr) / 1024;
}

}  // namespace

std::string processor_name() {
  const std::string name = field("/proc/cpuinfo", "model name");
  return name.empty() ? "unknown" : name;
}

int processor_count() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

double load_average() {
  double load = 0;
  return getloadavg(&load, 1) == 1 ? load : -1;
}

double resident_mebibytes() {
  return own_mebibytes("VmRSS");
}

double peak_resident_mebibytes() {
  return own_mebibytes("VmHWM");
}

void forget_peak_memory() {
  constexpr const char* peak_only = "5";
  std::ofstream("/proc/self/clear_refs") << peak_only;
}

double data_mebibytes() {
  return own_mebibytes("VmData");
}

int thread_count() {
  return std::atoi(field("/proc/self/status", "Threads").c_str());
}

}  // namespace lnn
