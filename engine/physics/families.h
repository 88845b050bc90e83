#pragma once

#include "physics/described_system.h"

/// Private to this folder: one maker per system. Each throws what DescribedSystem's constructor throws.
namespace lnn::physics {

std::unique_ptr<const System> make_ads2(const Overrides& overrides);
std::unique_ptr<const System> make_ads3(const Overrides& overrides);
std::unique_ptr<const System> make_ads4(const Overrides& overrides);
std::unique_ptr<const System> make_cart_pendulum(const Overrides& overrides);
std::unique_ptr<const System> make_constant_force(const Overrides& overrides);
std::unique_ptr<const System> make_double_pendulum(const Overrides& overrides);
std::unique_ptr<const System> make_free_particle(const Overrides& overrides);
std::unique_ptr<const System> make_harmonic_oscillator(const Overrides& overrides);
std::unique_ptr<const System> make_isotropic_oscillator(const Overrides& overrides);
std::unique_ptr<const System> make_kepler(const Overrides& overrides);
std::unique_ptr<const System> make_sphere(const Overrides& overrides);
std::unique_ptr<const System> make_spring_pendulum(const Overrides& overrides);
std::unique_ptr<const System> make_triple_pendulum(const Overrides& overrides);

}  // namespace lnn::physics
