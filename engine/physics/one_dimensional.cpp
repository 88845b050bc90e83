#include "physics/differentiable_system.h"
#include "physics/families.h"

namespace lnn::physics {
namespace {

/// L = m v^2/2 - m g y (paper A, code).
class ConstantForce final : public DifferentiableSystem<ConstantForce, 1> {
 public:
  explicit ConstantForce(const Overrides& overrides)
      : DifferentiableSystem({.name = "constant_force",
                              .description = "Point mass in a uniform gravitational field, height upward",
                              .coordinates = {{.name = "y", .unit = "m"}},
                              .constants = {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"},
                                            {.name = "g",
                                             .value = 9.81,
                                             .unit = "m/s^2",
                                             .meaning = "gravitational acceleration",
                                             .positive = false}}},
                             overrides) {}

  void acceleration(std::span<const double> /*q*/, std::span<const double> /*v*/,
                    std::span<double> a) const override {
    a[0] = -g_;
  }

  auto kinetic(const auto& /*q*/, const auto& v) const { return m_ * v[0] * v[0] / 2; }
  auto potential(const auto& q) const { return m_ * g_ * q[0]; }

 private:
  double m_ = constant("m");
  double g_ = constant("g");
};

/// L = m v^2/2 - k q^2/2 (paper A, code).
class HarmonicOscillator final : public DifferentiableSystem<HarmonicOscillator, 1> {
 public:
  explicit HarmonicOscillator(const Overrides& overrides)
      : DifferentiableSystem(
            {.name = "harmonic_oscillator",
             .description = "Point mass on a linear spring, displacement from rest",
             .coordinates = {{.name = "x", .unit = "m"}},
             .constants = {{.name = "m", .value = 1, .unit = "kg", .meaning = "mass"},
                           {.name = "k", .value = 1, .unit = "N/m", .meaning = "spring constant"}}},
            overrides) {}

  void acceleration(std::span<const double> q, std::span<const double> /*v*/,
                    std::span<double> a) const override {
    a[0] = -k_ * q[0] / m_;
  }

  auto kinetic(const auto& /*q*/, const auto& v) const { return m_ * v[0] * v[0] / 2; }
  auto potential(const auto& q) const { return k_ * q[0] * q[0] / 2; }

 private:
  double m_ = constant("m");
  double k_ = constant("k");
};

}  // namespace

std::unique_ptr<const System> make_constant_force(const Overrides& overrides) {
  return std::make_unique<ConstantForce>(overrides);
}

std::unique_ptr<const System> make_harmonic_oscillator(const Overrides& overrides) {
  return std::make_unique<HarmonicOscillator>(overrides);
}

}  // namespace lnn::physics
