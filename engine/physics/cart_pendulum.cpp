#include <cmath>

#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// Paper B, section IV. The sign of D = -m1 g l (as published) makes phi = 0 the unstable upright position.
class CartPendulum final : public DifferentiableSystem<CartPendulum, 2> {
 public:
  explicit CartPendulum(const Overrides& overrides)
      : DifferentiableSystem(
            {.name = "cart_pendulum",
             .description = "Pendulum on a free cart, angle from the upright position",
             .coordinates = {{.name = "s", .unit = "m"}, {.name = "phi", .unit = "rad", .angle = true}},
             .constants = {{.name = "m1", .value = 1, .unit = "kg", .meaning = "mass of the pendulum's bob"},
                           {.name = "m2", .value = 1, .unit = "kg", .meaning = "mass of the cart"},
                           {.name = "l", .value = 1, .unit = "m", .meaning = "length of the pendulum"},
                           {.name = "g",
                            .value = 9.81,
                            .unit = "m/s^2",
                            .meaning = "gravitational acceleration",
                            .positive = false}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const double sine = std::sin(q[1]);
    const double coupling = beta_ * std::cos(q[1]);
    const double push = beta_ * v[1] * v[1] * sine;
    const double torque = -D_ * sine;
    const double determinant = gamma_ * alpha_ - coupling * coupling;
    a[0] = (alpha_ * push - coupling * torque) / determinant;
    a[1] = (gamma_ * torque - coupling * push) / determinant;
  }

  std::vector<ConservedQuantity> conserved_quantities() const override { return {{"p_s", "kg m/s"}}; }
  std::vector<double> conserved_values(std::span<const double> q, std::span<const double> v) const override {
    return {beta_ * std::cos(q[1]) * v[1] + gamma_ * v[0]};
  }

  auto kinetic(const auto& q, const auto& v) const {
    using std::cos;
    return (alpha_ * v[1] * v[1] + 2 * beta_ * cos(q[1]) * v[0] * v[1] + gamma_ * v[0] * v[0]) / 2;
  }
  auto potential(const auto& q) const {
    using std::cos;
    return -D_ * cos(q[1]);
  }

 private:
  // The paper's names; alpha_ is no physical scale here.
  double alpha_ = constant("m1") * constant("l") * constant("l");
  double beta_ = constant("m1") * constant("l");
  double gamma_ = constant("m1") + constant("m2");
  double D_ = -constant("m1") * constant("g") * constant("l");
};

}  // namespace

std::unique_ptr<const System> make_cart_pendulum(const Overrides& overrides) {
  return std::make_unique<CartPendulum>(overrides);
}

}  // namespace lnn::physics
