#pragma once

#include <array>
#include <functional>
#include <string_view>

#include "base/names.h"
#include "discrete/vectors.h"

/// Solves F(z) = 0 for n <= physics::max_dimension unknowns with F's own Jacobian. Failures are outcomes,
/// never exceptions.
namespace lnn::discrete {

/// F(z) and its Jacobian dF_i / dz_j.
struct Evaluation {
  Vector value;
  Matrix jacobian;
};
using Equation = std::function<Evaluation(const Vector& z)>;

enum class RootMethod {
  hybrid,  ///< Powell's hybrid method, MINPACK's hybrj (scipy's "hybr"), which paper B's code uses
  newton   ///< Newton's method with full steps
};

struct RootOptions {
  RootMethod method = RootMethod::hybrid;
  /// Hybrid: stops when the trust region is smaller than this times |z| (scipy's default).
  double hybrid_tolerance = 1.49012e-8;
  /// Newton: stops when a step is shorter than this, in z's unit (paper B's code, as is the next).
  double newton_tolerance = 1e-10;
  int newton_iterations =
      200;  ///< Newton: most steps; the hybrid method takes MINPACK's 100 (n + 1) evaluations
};

/// Throws UserError for a tolerance that is not positive and finite, and for less than one iteration.
void validate(const RootOptions& options);

enum class RootOutcome {
  converged,
  too_many_iterations,
  no_progress,        ///< hybrid: the trust region shrinks, the residual does not
  singular_jacobian,  ///< Newton: no finite step
  not_finite          ///< F or its Jacobian is NaN or infinite
};

struct Root {
  Vector z;  ///< the root, or where the search ended
  RootOutcome outcome = RootOutcome::not_finite;
  int iterations = 0;   ///< Newton: steps; hybrid: evaluations of F
  double residual = 0;  ///< |F(z)|; NaN where F is not finite
  /// Of the Jacobian at z, in the 2-norm; infinite where it is singular, NaN where it is not finite.
  double condition = 0;

  bool converged() const { return outcome == RootOutcome::converged; }
};

/// Searches from `start`. A hybrid search that stops moving has converged, too, where the residual is 1e-13
/// of the first one: roots at z = 0 never meet a tolerance relative to |z|. Preconditions: valid options; the
/// equation returns n values and n x n derivatives.
Root find_root(const Equation& equation, const Vector& start, const RootOptions& options = {});

}  // namespace lnn::discrete

namespace lnn {

template <>
struct EnumNames<discrete::RootMethod> {
  static constexpr const char* what = "root finder";
  static constexpr std::array table{std::pair{discrete::RootMethod::hybrid, "hybrid"},
                                    std::pair{discrete::RootMethod::newton, "newton"}};
};

template <>
struct EnumNames<discrete::RootOutcome> {
  static constexpr const char* what = "outcome of a root search";
  static constexpr std::array table{
      std::pair{discrete::RootOutcome::converged, "converged"},
      std::pair{discrete::RootOutcome::too_many_iterations, "too_many_iterations"},
      std::pair{discrete::RootOutcome::no_progress, "no_progress"},
      std::pair{discrete::RootOutcome::singular_jacobian, "singular_jacobian"},
      std::pair{discrete::RootOutcome::not_finite, "not_finite"}};
};

}  // namespace lnn
