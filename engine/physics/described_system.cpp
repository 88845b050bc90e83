#include "physics/described_system.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/names.h"

namespace lnn::physics {
namespace {

std::vector<std::string> names_of(const std::vector<Constant>& constants) {
  std::vector<std::string> names;
  names.reserve(constants.size());
  for (const Constant& constant : constants) names.push_back(constant.name);
  return names;
}

void require_sensible(const std::string& system, const Constant& constant) {
  const char* need = constant.positive ? "a positive, finite number" : "a finite number";
  if (std::isfinite(constant.value) && (constant.value > 0 || !constant.positive)) return;
  throw_user_error("constant '{}' of '{}' is {} ({}, must be {}). Give it another value or leave it out.",
                   constant.name, system, constant.value, constant.meaning, need);
}

}  // namespace

DescribedSystem::DescribedSystem(SystemFacts facts, const Overrides& overrides) : facts_(std::move(facts)) {
  for (const auto& [name, value] : overrides) {
    const auto found = std::ranges::find(facts_.constants, name, &Constant::name);
    if (found == facts_.constants.end()) {
      throw_unknown_name("constant of " + facts_.name, name, names_of(facts_.constants));
    }
    found->value = value;
    require_sensible(facts_.name, *found);
  }
}

double DescribedSystem::constant(std::string_view name) const {
  const auto found = std::ranges::find(facts_.constants, name, &Constant::name);
  invariant(found != facts_.constants.end(), "a system asks only for constants that its facts name");
  return found->value;
}

}  // namespace lnn::physics
