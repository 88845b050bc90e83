#include <cmath>
#include <numbers>

#include "physics/families.h"

namespace lnn::physics {
namespace {

/// Geodesics of a sphere, paper A, equations 10 to 12 and appendix D.4. The published code puts 1e-9 beside
/// sin(theta) in the acceleration only, so that a pole gives finite numbers.
class Sphere final : public DescribedSystem {
 public:
  explicit Sphere(const Overrides& overrides)
      : DescribedSystem(
            {.name = "sphere",
             .description = "Free motion on a sphere, polar angle theta and azimuth phi",
             .coordinates =
                 {{.name = "theta", .unit = "rad", .angle = true, .low = 0, .high = std::numbers::pi},
                  {.name = "phi", .unit = "rad", .angle = true}},
             .constants = {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"},
                           {.name = "R", .value = 1, .unit = "m", .meaning = "radius of the sphere"}}},
            overrides) {}

  double lagrangian(std::span<const double> q, std::span<const double> v) const override {
    const double sine = std::sin(q[0]);
    return inertia_ * (v[0] * v[0] + sine * sine * v[1] * v[1]) / 2;
  }

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const double sine = std::sin(q[0]);
    const double cosine = std::cos(q[0]);
    a[0] = sine * cosine * v[1] * v[1];
    a[1] = -2 * cosine / (sine + epsilon) * v[0] * v[1];
  }

  double energy(std::span<const double> q, std::span<const double> v) const override {
    return lagrangian(q, v);
  }

  std::vector<ConservedQuantity> conserved_quantities() const override { return {{"p_phi", "kg m^2/s"}}; }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    const double sine = std::sin(q[0]);
    return {inertia_ * sine * sine * v[1]};
  }

 private:
  static constexpr double epsilon = 1e-9;
  double inertia_ = constant("m") * constant("R") * constant("R");
};

}  // namespace

std::unique_ptr<const System> make_sphere(const Overrides& overrides) {
  return std::make_unique<Sphere>(overrides);
}

}  // namespace lnn::physics
