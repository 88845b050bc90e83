#pragma once

#include <array>

#include "physics/described_system.h"
#include "physics/hyper_dual.h"
#include "physics/lagrangian_jet.h"

/// Private to this folder.
namespace lnn::physics {

/// A mechanical system of n coordinates whose formulas give exact derivatives, too. `Formulas` derives from
/// it and has the public templates `kinetic(q, v)`, T, and `potential(q)`, V, over arrays of any number type.
template <class Formulas, int n>
class DifferentiableSystem : public MechanicalSystem {
  static_assert(n <= max_dimension);

 public:
  bool has_lagrangian_jet() const final { return true; }

  LagrangianJet lagrangian_jet(std::span<const double> q, std::span<const double> v) const final {
    std::array<HyperDual<2 * n>, n> q_dual;
    std::array<HyperDual<2 * n>, n> v_dual;
    for (int i = 0; i < n; ++i) {
      const auto at = static_cast<std::size_t>(i);
      q_dual[at] = HyperDual<2 * n>::variable(q[at], i);
      v_dual[at] = HyperDual<2 * n>::variable(v[at], n + i);
    }
    const HyperDual<2 * n> lagrangian = formulas().kinetic(q_dual, v_dual) - formulas().potential(q_dual);
    return {.value = lagrangian.value, .gradient = lagrangian.gradient, .hessian = lagrangian.hessian};
  }

 protected:
  using MechanicalSystem::MechanicalSystem;

 private:
  const Formulas& formulas() const { return static_cast<const Formulas&>(*this); }
  double kinetic_energy(std::span<const double> q, std::span<const double> v) const final {
    return formulas().kinetic(q, v);
  }
  double potential_energy(std::span<const double> q) const final { return formulas().potential(q); }
};

}  // namespace lnn::physics
