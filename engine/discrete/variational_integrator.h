#pragma once

#include <array>
#include <optional>

#include "discrete/discrete_lagrangian.h"
#include "discrete/points.h"
#include "discrete/root_finder.h"

/// Motions of a discrete Lagrangian: its discrete Euler-Lagrange equations, solved point by point (paper B,
/// section II).
namespace lnn::discrete {

/// One step in phase space.
struct PhaseStep {
  Vector q;   ///< q_{k+1}, or where the search ended
  Vector p;   ///< p_{k+1} = D2 L_d(q_k, q_{k+1})
  Root root;  ///< how the search went
};

/// Solves p_k + D1 L_d(q_k, z) = 0 for z = q_{k+1}, searching from `guess`. Preconditions: n values each,
/// valid options.
PhaseStep step(const DiscreteLagrangian& L_d, const Vector& q, const Vector& p, const Vector& guess,
               const RootOptions& options = {});

/// Where the search for q_{k+1} begins.
enum class InitialGuess {
  previous,     ///< q_k, as published
  extrapolated  ///< 2 q_k - q_{k-1}
};

struct RollOutOptions {
  InitialGuess guess = InitialGuess::previous;
  RootOptions root;
};

/// Why a rollout ended early.
struct RollOutFailure {
  int step = 0;  ///< k + 1 of the point that was not found; the last good one is q_k
  /// singular_jacobian: a root, but one of many, since D2 D1 L_d is singular there (a constant L_d).
  RootOutcome outcome = RootOutcome::not_finite;
  double residual = 0;   ///< |D2 L_d(q_{k-1}, q_k) + D1 L_d(q_k, z)| where the search ended
  double condition = 0;  ///< condition number of D2 D1 L_d(q_k, z) there
};

struct RollOut {
  Points q;  ///< q_0, q_1, ..., all `steps` + 1 points or those before the failure
  std::optional<RollOutFailure> failure;
};

/// The motion that starts with q_0, q_1: solves D2 L_d(q_{k-1}, q_k) + D1 L_d(q_k, z) = 0 for z = q_{k+1}, k
/// = 1 .. steps - 1. Throws UserError for steps < 1, points that are not n finite values, and invalid
/// options.
RollOut roll_out(const DiscreteLagrangian& L_d, const Vector& q0, const Vector& q1, int steps,
                 const RollOutOptions& options = {});

}  // namespace lnn::discrete

namespace lnn {

template <>
struct EnumNames<discrete::InitialGuess> {
  static constexpr const char* what = "initial guess of a discrete step";
  static constexpr std::array table{std::pair{discrete::InitialGuess::previous, "previous"},
                                    std::pair{discrete::InitialGuess::extrapolated, "extrapolated"}};
};

}  // namespace lnn
