#include "learned/truth.h"

#include "physics/mass_matrix.h"

namespace lnn::learned {

Response true_response(const physics::System& system, const States& states) {
  const auto n = static_cast<std::size_t>(states.n);
  Response response;
  response.acceleration.resize(states.q.size());
  for (std::size_t first = 0; first < states.q.size(); first += n) {
    const auto q = std::span(states.q).subspan(first, n);
    const auto v = std::span(states.v).subspan(first, n);
    response.lagrangian.push_back(system.lagrangian(q, v));
    system.acceleration(q, v, std::span(response.acceleration).subspan(first, n));
  }
  response.mass = true_mass(system, states);
  return response;
}

std::vector<double> true_mass(const physics::System& system, const States& states) {
  const auto n = static_cast<std::size_t>(states.n);
  std::vector<double> all;
  for (std::size_t first = 0; first < states.q.size(); first += n) {
    const std::vector<double> mass = physics::mass_matrix(system, std::span(states.q).subspan(first, n));
    all.insert(all.end(), mass.begin(), mass.end());
  }
  return all;
}

States reversed(States states) {
  for (double& velocity : states.v) velocity = -velocity;
  return states;
}

}  // namespace lnn::learned
