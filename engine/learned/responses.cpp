#include "learned/responses.h"

#include <algorithm>

#include "physics/mass_matrix.h"

namespace lnn::learned {
namespace {

constexpr int part_size = 500;

template <class T>
void append(std::vector<T>& all, const std::vector<T>& part) {
  all.insert(all.end(), part.begin(), part.end());
}

States part_of(const States& states, int first, int count) {
  const auto cut = [&](const std::vector<double>& values) {
    const auto begin = values.begin() + std::ptrdiff_t{first} * states.n;
    return std::vector<double>(begin, begin + std::ptrdiff_t{count} * states.n);
  };
  return {states.n, cut(states.q), cut(states.v)};
}

}  // namespace

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
  for (std::size_t first = 0; first < states.q.size(); first += n)
    append(all, physics::mass_matrix(system, std::span(states.q).subspan(first, n)));
  return all;
}

Response respond_in_parts(const Model& model, const States& states) {
  Response all;
  for (int first = 0; first < states.samples(); first += part_size) {
    const int count = std::min(part_size, states.samples() - first);
    const Response part = model.respond(part_of(states, first, count));
    append(all.lagrangian, part.lagrangian);
    append(all.acceleration, part.acceleration);
    append(all.mass, part.mass);
  }
  return all;
}

States reversed(States states) {
  for (double& velocity : states.v) velocity = -velocity;
  return states;
}

}  // namespace lnn::learned
