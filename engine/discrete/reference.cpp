#include "discrete/reference.h"

#include <fmt/ranges.h>

#include <Eigen/LU>
#include <cmath>

#include "base/error.h"
#include "discrete/variational_integrator.h"

namespace lnn::discrete {
namespace {

void require_at_least(const char* name, int value, int least, const char* why) {
  if (value >= least) return;
  throw_user_error("the reference motion's {} is {} ({}). Use at least {}.", name, value, why, least);
}

void require_positive(const char* name, double value) {
  if (std::isfinite(value) && value > 0) return;
  throw_user_error("the reference motion's {} is {} (must be a positive, finite number). Give another value.",
                   name, value);
}

Vector require_state(const physics::System& system, const char* name, const std::vector<double>& values) {
  const auto n = static_cast<std::size_t>(system.dimension());
  if (values.size() != n || !std::ranges::all_of(values, [](double x) { return std::isfinite(x); })) {
    throw_user_error(
        "the initial {} of '{}' is {} (must be {} finite values, one per coordinate). Correct it.", name,
        system.name(), values, n);
  }
  return Eigen::Map<const Eigen::VectorXd>(values.data(), system.dimension());
}

physics::LagrangianJet jet_at(const physics::System& system, const Vector& q, const Vector& v) {
  const auto n = static_cast<std::size_t>(q.size());
  return system.lagrangian_jet({q.data(), n}, {v.data(), n});
}

Vector momentum(const physics::System& system, const Vector& q, const Vector& v) {
  return jet_at(system, q, v).gradient.tail(q.size());
}

/// Solves L_v(q, v) = p: linear, because every system's L is quadratic in v.
Vector velocity(const physics::System& system, const Vector& q, const Vector& p) {
  const Eigen::Index n = q.size();
  const physics::LagrangianJet at_rest = jet_at(system, q, Vector::Zero(n));
  const Matrix mass = at_rest.hessian.bottomRightCorner(n, n);
  return mass.partialPivLu().solve(p - at_rest.gradient.tail(n));
}

/// The midpoint rule's motion, small step by small step.
class FineMotion {
 public:
  FineMotion(const physics::System& system, const Vector& q0, const Vector& v0,
             const ReferenceOptions& options)
      : system_(system),
        small_step_(options.h / options.substeps),
        L_d_(system, small_step_),
        root_{.method = RootMethod::newton,
              .newton_tolerance = options.newton_tolerance,
              .newton_iterations = options.newton_iterations},
        now_{.q = q0, .p = momentum(system, q0, v0), .root = {}} {}

  const Vector& q() const { return now_.q; }
  const Vector& p() const { return now_.p; }

  void advance(int substeps) {
    for (int i = 0; i < substeps; ++i) {
      PhaseStep next = step(L_d_, now_.q, now_.p, now_.q, root_);
      if (!next.root.converged()) give_up(next.root);
      now_ = std::move(next);
      ++steps_;
    }
  }

 private:
  [[noreturn]] void give_up(const Root& root) const {
    throw_environment_error(
        "the reference motion of '{}' ends at t = {:.6g} s, q = {} (the midpoint rule's next step: {}). "
        "Start from "
        "another state, or take a smaller h or more substeps.",
        system_.name(), static_cast<double>(steps_) * small_step_,
        std::span(now_.q.data(), static_cast<std::size_t>(now_.q.size())), to_name(root.outcome));
  }

  const physics::System& system_;
  double small_step_;
  MidpointLagrangian L_d_;
  RootOptions root_;
  PhaseStep now_;
  long steps_ = 0;
};

}  // namespace

void validate(const ReferenceOptions& options) {
  require_positive("h", options.h);
  require_at_least("steps", options.steps, 2, "the discrete Euler-Lagrange equations need three points");
  require_at_least("substeps", options.substeps, 1, "every step consists of some");
  require_positive("newton_tolerance", options.newton_tolerance);
  require_at_least("newton_iterations", options.newton_iterations, 1, "Newton's method has to move");
}

ReferenceTrajectory midpoint_trajectory(const physics::System& system, const std::vector<double>& q0,
                                        const std::vector<double>& v0, const ReferenceOptions& options) {
  validate(options);
  FineMotion motion(system, require_state(system, "q", q0), require_state(system, "v", v0), options);
  const int points = options.steps + 1;
  const int n = system.dimension();
  ReferenceTrajectory trajectory{.q = Points(points, n), .v = Points(points, n), .p = Points(points, n)};
  for (int k = 0; k < points; ++k) {
    if (k > 0) motion.advance(options.substeps);
    trajectory.q.row(k) = motion.q();
    trajectory.p.row(k) = motion.p();
    trajectory.v.row(k) = velocity(system, motion.q(), motion.p());
  }
  return trajectory;
}

}  // namespace lnn::discrete
