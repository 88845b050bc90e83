#include "physics/system.h"

#include "base/error.h"
#include "base/names.h"
#include "physics/families.h"
#include "physics/lagrangian_jet.h"

namespace lnn::physics {
namespace {

using Maker = std::unique_ptr<const System> (*)(const Overrides&);

const std::map<std::string, Maker, std::less<>>& makers() {
  static const std::map<std::string, Maker, std::less<>> table{
      {"ads2", make_ads2},
      {"ads3", make_ads3},
      {"ads4", make_ads4},
      {"cart_pendulum", make_cart_pendulum},
      {"constant_force", make_constant_force},
      {"double_pendulum", make_double_pendulum},
      {"free_particle", make_free_particle},
      {"harmonic_oscillator", make_harmonic_oscillator},
      {"isotropic_oscillator", make_isotropic_oscillator},
      {"kepler", make_kepler},
      {"sphere", make_sphere},
      {"spring_pendulum", make_spring_pendulum},
      {"triple_pendulum", make_triple_pendulum},
  };
  return table;
}

std::vector<std::string> names_with_lagrangian_jet() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) {
    if (maker({})->has_lagrangian_jet()) names.push_back(name);
  }
  return names;
}

}  // namespace

LagrangianJet System::lagrangian_jet(std::span<const double> /*q*/, std::span<const double> /*v*/) const {
  throw_user_error(
      "'{}' has no exact second derivatives of its Lagrangian (discrete Lagrangians need them, and only some "
      "systems have them). Use one of {}.",
      name(), quoted_list(names_with_lagrangian_jet()));
}

bool System::lorentzian() const {
  return coordinates().front().time;
}

std::vector<std::string> system_names() {
  std::vector<std::string> names;
  for (const auto& [name, maker] : makers()) names.push_back(name);
  return names;
}

std::unique_ptr<const System> make_system(std::string_view name,
                                          const std::map<std::string, double>& constants) {
  const auto found = makers().find(name);
  if (found == makers().end()) throw_unknown_name("system", name, system_names());
  return found->second(constants);
}

}  // namespace lnn::physics
