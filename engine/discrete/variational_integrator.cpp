#include "discrete/variational_integrator.h"

#include <fmt/ranges.h>

#include <cmath>

#include "base/error.h"
#include "base/sign_of_life.h"

namespace lnn::discrete {
namespace {

void require_point(const char* name, const Vector& q, int dimension) {
  if (q.size() == dimension && q.allFinite()) return;
  throw_user_error(
      "the rollout's {} is {} (must be {} finite values, one per coordinate). Correct the start.", name,
      std::span(q.data(), static_cast<std::size_t>(q.size())), dimension);
}

void validate(const DiscreteLagrangian& L_d, const Vector& q0, const Vector& q1, int steps,
              const RollOutOptions& options) {
  require_point("q_0", q0, L_d.dimension());
  require_point("q_1", q1, L_d.dimension());
  if (steps < 1) {
    throw_user_error("the rollout has {} steps (q_1 is one, so it has at least 1). Ask for more.", steps);
  }
  validate(options.root);
}

// A constant L_d is solved by every point: a root finder that stays where it starts has found nothing.
std::optional<RollOutFailure> failure_of(const Root& root, int step) {
  if (root.converged() && std::isfinite(root.condition)) return std::nullopt;
  const RootOutcome outcome = root.converged() ? RootOutcome::singular_jacobian : root.outcome;
  return RollOutFailure{step, outcome, root.residual, root.condition};
}

}  // namespace

PhaseStep step(const DiscreteLagrangian& L_d, const Vector& q, const Vector& p, const Vector& guess,
               const RootOptions& options) {
  still_alive();
  const auto equation = [&](const Vector& z) -> Evaluation {
    Jet jet = L_d.jet(q, z);
    return {.value = p + jet.d1, .jacobian = std::move(jet.mixed)};
  };
  Root root = find_root(equation, guess, options);
  return {.q = root.z, .p = L_d.jet(q, root.z).d2, .root = root};
}

RollOut roll_out(const DiscreteLagrangian& L_d, const Vector& q0, const Vector& q1, int steps,
                 const RollOutOptions& options) {
  validate(L_d, q0, q1, steps, options);
  Points q(steps + 1, L_d.dimension());
  q.row(0) = q0;
  q.row(1) = q1;
  Vector previous = q0;
  PhaseStep now{.q = q1, .p = L_d.jet(q0, q1).d2, .root = {}};
  for (int k = 1; k < steps; ++k) {
    const Vector guess = options.guess == InitialGuess::previous ? now.q : Vector(2 * now.q - previous);
    PhaseStep next = step(L_d, now.q, now.p, guess, options.root);
    if (const auto failure = failure_of(next.root, k + 1)) return {.q = q.topRows(k + 1), .failure = failure};
    q.row(k + 1) = next.q;
    previous = now.q;
    now = std::move(next);
  }
  return {.q = std::move(q), .failure = {}};
}

}  // namespace lnn::discrete
