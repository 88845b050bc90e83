#include "physics/mass_matrix.h"

namespace lnn::physics {

std::vector<double> mass_matrix(const System& system, std::span<const double> q) {
  const std::size_t n = q.size();
  std::vector<double> v(n, 0.0);
  // L at the velocity left e_i + right e_j, which is (left + right) e_i when i = j.
  const auto lagrangian = [&](std::size_t i, double left, std::size_t j, double right) {
    v[i] += left;
    v[j] += right;
    const double value = system.lagrangian(q, v);
    v[i] = v[j] = 0;
    return value;
  };
  std::vector<double> mass(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      // Central, so that neither a potential nor a term linear in v stays.
      mass[i * n + j] = mass[j * n + i] = (lagrangian(i, 1, j, 1) - lagrangian(i, 1, j, -1) -
                                           lagrangian(i, -1, j, 1) + lagrangian(i, -1, j, -1)) /
                                          4;
    }
  }
  return mass;
}

}  // namespace lnn::physics
