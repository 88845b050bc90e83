#include <cmath>

#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// Paper B, section IV, with the kinetic energy m2 v^2/2 of its code (equation 17 prints no m2).
class Kepler final : public DifferentiableSystem<Kepler, 2> {
 public:
  explicit Kepler(const Overrides& overrides)
      : DifferentiableSystem(
            {.name = "kepler",
             .description = "Planar motion of a light body about a fixed heavy one at the origin",
             .coordinates = {{.name = "x", .unit = "m"}, {.name = "y", .unit = "m"}},
             .constants = {{.name = "G",
                            .value = 6.673e-26,
                            .unit = "m^3/(kg s^2)",
                            .meaning = "gravitational constant in the paper's scaled units"},
                           {.name = "m1", .value = 6e24, .unit = "kg", .meaning = "mass of the heavy body"},
                           {.name = "m2", .value = 100, .unit = "kg", .meaning = "mass of the light body"}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> /*v*/,
                    std::span<double> a) const override {
    const double r = std::hypot(q[0], q[1]);
    for (std::size_t i = 0; i < 2; ++i) a[i] = -mu_ * q[i] / (r * r * r);
  }

  /// Angular momentum and the two components of the eccentricity vector v x h / mu - q/r, h = x v_y - y v_x.
  std::vector<ConservedQuantity> conserved_quantities() const override {
    return {{"angular_momentum", "kg m^2/s"}, {"eccentricity_x", "1"}, {"eccentricity_y", "1"}};
  }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    const double r = std::hypot(q[0], q[1]);
    const double h = q[0] * v[1] - q[1] * v[0];
    return {m2_ * h, v[1] * h / mu_ - q[0] / r, -v[0] * h / mu_ - q[1] / r};
  }

  auto kinetic(const auto& /*q*/, const auto& v) const { return m2_ * (v[0] * v[0] + v[1] * v[1]) / 2; }
  auto potential(const auto& q) const {
    using std::hypot;
    return -mu_ * m2_ / hypot(q[0], q[1]);
  }

 private:
  double mu_ = constant("G") * constant("m1");  ///< [m^3/s^2]
  double m2_ = constant("m2");
};

}  // namespace

std::unique_ptr<const System> make_kepler(const Overrides& overrides) {
  return std::make_unique<Kepler>(overrides);
}

}  // namespace lnn::physics
