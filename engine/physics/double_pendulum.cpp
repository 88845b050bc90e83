#include <cmath>

#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// Paper A, appendix D.1; the same physics as in Cranmer et al., "Lagrangian Neural Networks" (2020).
class DoublePendulum final : public DifferentiableSystem<DoublePendulum, 2> {
 public:
  explicit DoublePendulum(const Overrides& overrides)
      : DifferentiableSystem(
            {.name = "double_pendulum",
             .description = "Planar double pendulum, angles from the downward vertical",
             .coordinates = {{.name = "theta1", .unit = "rad", .angle = true},
                             {.name = "theta2", .unit = "rad", .angle = true}},
             .constants = {{.name = "m1", .value = 1, .unit = "kg", .meaning = "upper mass"},
                           {.name = "m2", .value = 1, .unit = "kg", .meaning = "lower mass"},
                           {.name = "l1", .value = 1, .unit = "m", .meaning = "length of the upper rod"},
                           {.name = "l2", .value = 1, .unit = "m", .meaning = "length of the lower rod"},
                           {.name = "g",
                            .value = 9.8,
                            .unit = "m/s^2",
                            .meaning = "gravitational acceleration",
                            .positive = false}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> v,
                    std::span<double> a) const override {
    const double sine = std::sin(q[0] - q[1]);
    const double cosine = std::cos(q[0] - q[1]);
    const double share = l2_ / l1_ * m2_ / (m1_ + m2_);
    const double c1 = share * cosine;
    const double c2 = l1_ / l2_ * cosine;
    const double f1 = -share * v[1] * v[1] * sine - g_ / l1_ * std::sin(q[0]);
    const double f2 = l1_ / l2_ * v[0] * v[0] * sine - g_ / l2_ * std::sin(q[1]);
    a[0] = (f1 - c1 * f2) / (1 - c1 * c2);
    a[1] = (f2 - c2 * f1) / (1 - c1 * c2);
  }

  auto kinetic(const auto& q, const auto& v) const {
    using std::cos;
    const auto u1 = l1_ * v[0];
    const auto u2 = l2_ * v[1];
    return m1_ * u1 * u1 / 2 + m2_ * (u1 * u1 + u2 * u2 + 2 * u1 * u2 * cos(q[0] - q[1])) / 2;
  }
  auto potential(const auto& q) const {
    using std::cos;
    return -(m1_ + m2_) * g_ * l1_ * cos(q[0]) - m2_ * g_ * l2_ * cos(q[1]);
  }

 private:
  double m1_ = constant("m1");
  double m2_ = constant("m2");
  double l1_ = constant("l1");
  double l2_ = constant("l2");
  double g_ = constant("g");
};

}  // namespace

std::unique_ptr<const System> make_double_pendulum(const Overrides& overrides) {
  return std::make_unique<DoublePendulum>(overrides);
}

}  // namespace lnn::physics
