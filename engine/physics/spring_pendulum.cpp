#include <cmath>

#include "physics/families.h"

namespace lnn::physics {
namespace {

/// Paper A, equations 8 and 9 and appendix D.2. The published code fixes the rest length at 1.
class SpringPendulum final : public MechanicalSystem {
 public:
  explicit SpringPendulum(const Overrides& overrides)
      : MechanicalSystem(
            {.name = "spring_pendulum",
             .description = "Point mass on a swinging spring, angle from the downward vertical",
             .coordinates = {{.name = "r", .unit = "m", .low = 0},
                             {.name = "theta", .unit = "rad", .angle = true}},
             .constants =
                 {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"},
                  {.name = "k", .value = 40, .unit = "N/m", .meaning = "spring constant"},
                  {.name = "g",
                   .value = 9.81,
                   .unit = "m/s^2",
                   .meaning = "gravitational acceleration",
                   .positive = false},
                  {.name = "rest_length", .value = 1, .unit = "m", .meaning = "length of the free spring"}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const double r = q[0];
    const double theta = q[1];
    a[0] = r * v[1] * v[1] + g_ * std::cos(theta) - k_ / m_ * (r - rest_length_);
    a[1] = -(g_ * std::sin(theta) + 2 * v[0] * v[1]) / r;
  }

 private:
  double kinetic_energy(std::span<const double> q, std::span<const double> v) const override {
    return m_ * (v[0] * v[0] + q[0] * q[0] * v[1] * v[1]) / 2;
  }
  double potential_energy(std::span<const double> q) const override {
    const double stretch = q[0] - rest_length_;
    return k_ * stretch * stretch / 2 - m_ * g_ * q[0] * std::cos(q[1]);
  }

  double m_ = constant("m");
  double k_ = constant("k");
  double g_ = constant("g");
  double rest_length_ = constant("rest_length");
};

}  // namespace

std::unique_ptr<const System> make_spring_pendulum(const Overrides& overrides) {
  return std::make_unique<SpringPendulum>(overrides);
}

}  // namespace lnn::physics
