#include "discrete/root_finder.h"

#include <Eigen/LU>
#include <Eigen/SVD>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/NonLinearOptimization>

#include "base/error.h"

namespace lnn::discrete {
namespace {

bool finite(const Evaluation& at) {
  return at.value.allFinite() && at.jacobian.allFinite();
}

double condition_number(const Matrix& jacobian) {
  if (!jacobian.allFinite()) return std::numeric_limits<double>::quiet_NaN();
  const auto singular_values = Eigen::JacobiSVD<Matrix>(jacobian).singularValues().eval();
  const double smallest = singular_values.minCoeff();
  return smallest > 0 ? singular_values.maxCoeff() / smallest : std::numeric_limits<double>::infinity();
}

Root ended(const Vector& z, const Evaluation& there, RootOutcome outcome, int iterations) {
  return {.z = z,
          .outcome = finite(there) ? outcome : RootOutcome::not_finite,
          .iterations = iterations,
          .residual = there.value.norm(),
          .condition = condition_number(there.jacobian)};
}

Root newton(const Equation& equation, const Vector& start, const RootOptions& options) {
  Vector z = start;
  Evaluation at = equation(z);
  for (int i = 1; i <= options.newton_iterations; ++i) {
    if (!finite(at)) return ended(z, at, RootOutcome::not_finite, i - 1);
    const Vector step = at.jacobian.partialPivLu().solve(at.value);
    if (!step.allFinite()) return ended(z, at, RootOutcome::singular_jacobian, i - 1);
    z -= step;
    at = equation(z);
    if (step.norm() < options.newton_tolerance) return ended(z, at, RootOutcome::converged, i);
  }
  return ended(z, at, RootOutcome::too_many_iterations, options.newton_iterations);
}

/// What Eigen's solver asks for: F and Jacobian one after the other, mostly at the same point.
class HybridEquation {
 public:
  explicit HybridEquation(const Equation& equation) : equation_(equation) {}

  int operator()(const Eigen::VectorXd& z, Eigen::VectorXd& value) {
    value = at(z).value;
    return 0;
  }
  int df(const Eigen::VectorXd& z, Eigen::MatrixXd& jacobian) {
    jacobian = at(z).jacobian;
    return 0;
  }

  const Evaluation& at(const Eigen::VectorXd& z) {
    if (z_.size() == 0 || z_ != z) {
      z_ = z;
      evaluation_ = equation_(z_);
      met_not_finite_ = met_not_finite_ || !finite(evaluation_);
    }
    return evaluation_;
  }
  bool met_not_finite() const { return met_not_finite_; }

 private:
  const Equation& equation_;
  Vector z_;
  Evaluation evaluation_;
  bool met_not_finite_ = false;
};

RootOutcome outcome_of(Eigen::HybridNonLinearSolverSpace::Status status) {
  switch (status) {
    case Eigen::HybridNonLinearSolverSpace::RelativeErrorTooSmall:
      return RootOutcome::converged;
    case Eigen::HybridNonLinearSolverSpace::TooManyFunctionEvaluation:
      return RootOutcome::too_many_iterations;
    default:
      return RootOutcome::no_progress;
  }
}

Root hybrid(const Equation& equation, const Vector& start, const RootOptions& options) {
  HybridEquation counted(equation);
  Eigen::VectorXd z = start;
  const Evaluation first = counted.at(z);
  if (!finite(first)) return ended(start, first, RootOutcome::not_finite, 1);

  Eigen::HybridNonLinearSolver<HybridEquation> solver(counted);
  solver.parameters.xtol = options.hybrid_tolerance;
  solver.parameters.maxfev = 100 * (z.size() + 1);
  RootOutcome outcome = outcome_of(solver.solve(z));
  constexpr double rounding = 1e-13;
  if (outcome == RootOutcome::no_progress && solver.fnorm <= rounding * first.value.norm()) {
    outcome = RootOutcome::converged;
  }
  // The solver itself only sees steps that do not help and gives up.
  if (outcome != RootOutcome::converged && counted.met_not_finite()) outcome = RootOutcome::not_finite;
  return ended(z, counted.at(z), outcome, static_cast<int>(solver.nfev));
}

void require_tolerance(const char* name, double value) {
  if (std::isfinite(value) && value > 0) return;
  throw_user_error("the root finder's {} is {} (must be a positive, finite number). Use 1e-8, for example.",
                   name, value);
}

}  // namespace

void validate(const RootOptions& options) {
  require_tolerance("hybrid_tolerance", options.hybrid_tolerance);
  require_tolerance("newton_tolerance", options.newton_tolerance);
  if (options.newton_iterations < 1) {
    throw_user_error("the root finder's newton_iterations is {} (must be at least 1). Use 200, for example.",
                     options.newton_iterations);
  }
}

Root find_root(const Equation& equation, const Vector& start, const RootOptions& options) {
  return options.method == RootMethod::newton ? newton(equation, start, options)
                                              : hybrid(equation, start, options);
}

}  // namespace lnn::discrete
