#include "trial/provenance.h"

#include "base/clock.h"
#include "base/machine.h"
#include "base/version.h"

namespace lnn::trial {
std::map<std::string, std::string> machine_provenance() {
  std::map<std::string, std::string> facts = build_facts();
  facts["host"] = host_name();
  facts["processor"] = processor_name();
  return facts;
}

}  // namespace lnn::trial
