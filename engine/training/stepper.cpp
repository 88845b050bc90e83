#include "training/stepper.h"

#include <algorithm>
#include <utility>

#include "jets/device.h"
#include "training/engine_stepper.h"
#include "training/pack_stepper.h"

namespace lnn::training {

std::unique_ptr<Stepper> make_stepper(const jets::EngineOptions& options, std::vector<Member> members) {
  std::vector<std::unique_ptr<jets::Engine>> engines;
  for (const Member& member : members) engines.push_back(jets::make_engine(options, *member.network));
  if (engines.front()->facts().backend == "tensor")
    return std::make_unique<PackStepper>(std::move(members), jets::resolve_device(options.device));
  return std::make_unique<EngineStepper>(std::move(members), std::move(engines));
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace lnn::training
