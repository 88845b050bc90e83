#pragma once

#include "physics/system.h"

/// Private to this folder: what all systems have in common.
namespace lnn::physics {

/// Constants that replace published ones, by name.
using Overrides = std::map<std::string, double>;

/// A system's facts with the published values of its constants.
struct SystemFacts {
  std::string name;
  std::string description;
  std::vector<Coordinate> coordinates;
  std::vector<Constant> constants;
};

/// Stores the facts; a subclass adds the formulas.
class DescribedSystem : public System {
 public:
  std::string_view name() const override { return facts_.name; }
  std::string_view description() const override { return facts_.description; }
  const std::vector<Coordinate>& coordinates() const override { return facts_.coordinates; }
  const std::vector<Constant>& constants() const override { return facts_.constants; }

 protected:
  /// Throws UserError for an override of an unknown constant, and for a value that is not finite, or not
  /// positive where it must be.
  DescribedSystem(SystemFacts facts, const Overrides& overrides);

  /// The value in force of a constant that the facts name.
  double constant(std::string_view name) const;

 private:
  SystemFacts facts_;
};

/// A system with L = T - V and H = T + V, where T is quadratic in the velocities.
class MechanicalSystem : public DescribedSystem {
 public:
  double lagrangian(std::span<const double> q, std::span<const double> v) const final {
    return kinetic_energy(q, v) - potential_energy(q);
  }
  double energy(std::span<const double> q, std::span<const double> v) const final {
    return kinetic_energy(q, v) + potential_energy(q);
  }

 protected:
  using DescribedSystem::DescribedSystem;

 private:
  virtual double kinetic_energy(std::span<const double> q, std::span<const double> v) const = 0;  ///< T [J]
  virtual double potential_energy(std::span<const double> q) const = 0;                           ///< V [J]
};

}  // namespace lnn::physics
