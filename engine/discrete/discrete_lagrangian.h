#pragma once

#include "discrete/vectors.h"
#include "physics/system.h"

/// Discrete Lagrangians: L_d(q_k, q_{k+1}) stands for the action of one time step (paper B, section II).
namespace lnn::discrete {

/// L_d at (q0, q1) with the derivatives that the discrete Euler-Lagrange equations and Newton's method need.
struct Jet {
  double value = 0;  ///< L_d [action], of a learned one up to a factor and a constant
  Vector d1;         ///< D1 L_d, by q0 [n]
  Vector d2;         ///< D2 L_d, by q1 [n]
  Matrix mixed;      ///< D2 D1 L_d: mixed(i, j) = d2 L_d / dq0_i dq1_j [n x n]
};

/// What the variational integrator needs of a discrete Lagrangian, true or learned. Coordinates in the units
/// of its system.
class DiscreteLagrangian {
 public:
  virtual ~DiscreteLagrangian() = default;
  virtual int dimension() const = 0;  ///< n, 1 to physics::max_dimension
  /// Precondition: n values each. Not finite where L_d is not.
  virtual Jet jet(const Vector& q0, const Vector& q1) const = 0;
};

/// The midpoint rule: L_d(q0, q1) = h L((q0 + q1)/2, (q1 - q0)/h), of order 2 (paper B, section IV).
class MidpointLagrangian final : public DiscreteLagrangian {
 public:
  /// `system` must outlive this; h is the time step [s]. Throws UserError when h is not positive and finite,
  /// and for a system without lagrangian_jet().
  MidpointLagrangian(const physics::System& system, double h);

  int dimension() const override { return system_.dimension(); }
  Jet jet(const Vector& q0, const Vector& q1) const override;

 private:
  const physics::System& system_;
  double h_;
};

}  // namespace lnn::discrete
