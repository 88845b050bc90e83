#include "trial/provenance.h"

#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <fstream>

#include "base/version.h"

namespace lnn::trial {
namespace {

std::string processor_name() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

}  // namespace

std::map<std::string, std::string> machine_provenance() {
  std::map<std::string, std::string> facts = build_facts();
  facts["host"] = host_name();
  facts["processor"] = processor_name();
  facts["device"] = "cpu";
  return facts;
}

std::string utc_now() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace lnn::trial
