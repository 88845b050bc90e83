#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// L = m v^2/2 in the plane: our own, for the discovery of several symmetries at once (paper B, remarks 2,
/// 3).
class FreeParticle final : public DifferentiableSystem<FreeParticle, 2> {
 public:
  explicit FreeParticle(const Overrides& overrides)
      : DifferentiableSystem({.name = "free_particle",
                              .description = "Point mass in the plane on which no force acts",
                              .coordinates = {{.name = "x", .unit = "m"}, {.name = "y", .unit = "m"}},
                              .constants = {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"}}},
                             overrides) {}

  void acceleration(std::span<const double> /*q*/, std::span<const double> /*v*/,
                    std::span<double> a) const override {
    a[0] = a[1] = 0;
  }

  std::vector<ConservedQuantity> conserved_quantities() const override {
    return {{"p_x", "kg m/s"}, {"p_y", "kg m/s"}, {"angular_momentum", "kg m^2/s"}};
  }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    return {m_ * v[0], m_ * v[1], m_ * (q[0] * v[1] - q[1] * v[0])};
  }

  auto kinetic(const auto& /*q*/, const auto& v) const { return m_ * (v[0] * v[0] + v[1] * v[1]) / 2; }
  double potential(const auto& /*q*/) const { return 0; }

 private:
  double m_ = constant("m");
};

}  // namespace

std::unique_ptr<const System> make_free_particle(const Overrides& overrides) {
  return std::make_unique<FreeParticle>(overrides);
}

}  // namespace lnn::physics
