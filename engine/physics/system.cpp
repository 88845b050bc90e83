#include "physics/system.h"

#include "base/names.h"
#include "physics/families.h"

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
      {"harmonic_oscillator", make_harmonic_oscillator},
      {"kepler", make_kepler},
      {"sphere", make_sphere},
      {"spring_pendulum", make_spring_pendulum},
      {"triple_pendulum", make_triple_pendulum},
  };
  return table;
}

}  // namespace

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
