#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// L = m v^2/2 - k r^2/2 in the plane: our own, with a rotation to discover and hidden symmetries besides.
class IsotropicOscillator final : public DifferentiableSystem<IsotropicOscillator, 2> {
 public:
  explicit IsotropicOscillator(const Overrides& overrides)
      : DifferentiableSystem(
            {.name = "isotropic_oscillator",
             .description =
                 "Point mass in the plane on a spring that pulls to the origin alike in all directions",
             .coordinates = {{.name = "x", .unit = "m"}, {.name = "y", .unit = "m"}},
             .constants = {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"},
                           {.name = "k", .value = 1, .unit = "N/m", .meaning = "spring constant"}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> /*v*/,
                    std::span<double> a) const override {
    for (std::size_t i = 0; i < 2; ++i) a[i] = -k_ * q[i] / m_;
  }

  /// Angular momentum and what Fradkin's tensor A_ij = (m v_i v_j + k q_i q_j)/2 adds to it and the energy.
  std::vector<ConservedQuantity> conserved_quantities() const override {
    return {{"angular_momentum", "kg m^2/s"}, {"fradkin_xx_minus_yy", "J"}, {"fradkin_xy", "J"}};
  }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    const auto fradkin = [&](std::size_t i, std::size_t j) {
      return (m_ * v[i] * v[j] + k_ * q[i] * q[j]) / 2;
    };
    return {m_ * (q[0] * v[1] - q[1] * v[0]), fradkin(0, 0) - fradkin(1, 1), fradkin(0, 1)};
  }

  auto kinetic(const auto& /*q*/, const auto& v) const { return m_ * (v[0] * v[0] + v[1] * v[1]) / 2; }
  auto potential(const auto& q) const { return k_ * (q[0] * q[0] + q[1] * q[1]) / 2; }

 private:
  double m_ = constant("m");
  double k_ = constant("k");
};

}  // namespace

std::unique_ptr<const System> make_isotropic_oscillator(const Overrides& overrides) {
  return std::make_unique<IsotropicOscillator>(overrides);
}

}  // namespace lnn::physics
