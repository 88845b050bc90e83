#include "physics/families.h"

namespace lnn::physics {
namespace {

/// L = m v^2/2 - m g y (paper A, code).
class ConstantForce final : public MechanicalSystem {
 public:
  explicit ConstantForce(const Overrides& overrides)
      : MechanicalSystem({.name = "constant_force",
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

 private:
  double kinetic_energy(std::span<const double> /*q*/, std::span<const double> v) const override {
    return m_ * v[0] * v[0] / 2;
  }
  double potential_energy(std::span<const double> q) const override { return m_ * g_ * q[0]; }

  double m_ = constant("m");
  double g_ = constant("g");
};

/// L = m v^2/2 - k q^2/2 (paper A, code).
class HarmonicOscillator final : public MechanicalSystem {
 public:
  explicit HarmonicOscillator(const Overrides& overrides)
      : MechanicalSystem(
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

 private:
  double kinetic_energy(std::span<const double> /*q*/, std::span<const double> v) const override {
    return m_ * v[0] * v[0] / 2;
  }
  double potential_energy(std::span<const double> q) const override { return k_ * q[0] * q[0] / 2; }

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
