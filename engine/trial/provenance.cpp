#include "trial/provenance.h"

#include <fstream>

#include "base/clock.h"
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

}  // namespace

std::map<std::string, std::string> machine_provenance() {
  std::map<std::string, std::string> facts = build_facts();
  facts["host"] = host_name();
  facts["processor"] = processor_name();
  return facts;
}

}  // namespace lnn::trial
