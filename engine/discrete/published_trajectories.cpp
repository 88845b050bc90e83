#include "discrete/published_trajectories.h"

#include <map>
#include <string_view>

#include "base/error.h"
#include "base/names.h"

namespace lnn::discrete {
namespace {

const std::map<std::string_view, PublishedTrajectories>& table() {
  static const ReferenceOptions short_steps{.h = 0.01, .steps = 200};
  static const ReferenceOptions long_steps{.h = 0.1, .steps = 50};
  static const std::map<std::string_view, PublishedTrajectories> trajectories{
      {"cart_pendulum", {{{0.1, 0.1}, {0, 0}}, {{-1.1, -0.1}, {0.1, -0.1}}, short_steps, 300}},
      {"free_particle", {{{-0.5, -0.3}, {0.2, 0.1}}, {{-0.4, 0.5}, {0.15, -0.2}}, long_steps, 200}},
      {"isotropic_oscillator", {{{1, 0}, {0, 0.6}}, {{1.1, -0.01}, {0, 0.6}}, long_steps, 200}},
      {"kepler", {{{1, 0}, {0, 0.6}}, {{1.1, -0.01}, {0, 0.6}}, long_steps, 200}},
  };
  return trajectories;
}

}  // namespace

bool has_published_trajectories(const physics::System& system) {
  return table().contains(system.name());
}

PublishedTrajectories published_trajectories(const physics::System& system) {
  const auto found = table().find(system.name());
  if (found != table().end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, trajectories] : table()) names.emplace_back(name);
  throw_user_error(
      "'{}' has no published trajectories (only paper B's systems and two like them have). Use one of {}.",
      system.name(), quoted_list(names));
}

}  // namespace lnn::discrete
