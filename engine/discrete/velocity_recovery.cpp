#include "discrete/velocity_recovery.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "discrete/differentiation.h"
#include "discrete/second_derivatives.h"

namespace lnn::discrete {
namespace {

void validate(const VelocityRecovery& options) {
  if (!(options.tolerance > 0) || !std::isfinite(options.tolerance)) {
    throw_user_error(
        "velocity recovery: tolerance {} is not positive (Newton's method would never end). Give for example "
        "1e-10.",
        options.tolerance);
  }
  if (options.max_iterations < 1) {
    throw_user_error(
        "velocity recovery: max_iterations {} leaves nothing to do (one iteration is the least). Give for "
        "example 50.",
        options.max_iterations);
  }
}

at::Tensor lengths(const at::Tensor& vectors) {
  return (vectors * vectors).sum(1).sqrt();
}

struct Newton {
  at::Tensor residual;  // p - L_v, [B, n]
  at::Tensor step;      // [B, n]
};

Newton newton(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& p, const at::Tensor& v) {
  const c10::AutoGradMode enable_grad(true);
  const FirstDerivatives state = first_derivatives(L, q, v);
  const at::Tensor residual = (p - state.L_v).detach();
  return {residual, solve(mass_matrix(state).detach(), residual)};
}

template <class Value>
std::vector<Value> to_vector(const at::Tensor& values) {
  const at::Tensor packed = values.contiguous();
  const Value* first = packed.data_ptr<Value>();
  return std::vector<Value>(first, first + packed.numel());
}

}  // namespace

RecoveredVelocities recover_velocities(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& p,
                                       const at::Tensor& guess, const VelocityRecovery& options) {
  validate(options);
  const at::Tensor positions = q.detach();
  const at::Tensor momenta = p.detach();
  at::Tensor v = guess.detach().clone();
  at::Tensor converged = at::zeros({q.size(0)}, at::kBool);
  at::Tensor iterations = at::zeros({q.size(0)}, at::kInt);
  at::Tensor open = at::arange(q.size(0));  // the states that still move
  for (int i = 1; i <= options.max_iterations && open.numel() > 0; ++i) {
    const auto of_open = [&](const at::Tensor& values) { return values.index_select(0, open); };
    const at::Tensor step = newton(L, of_open(positions), of_open(momenta), of_open(v)).step;
    v.index_add_(0, open, step);
    iterations.index_fill_(0, open, i);
    const at::Tensor length = lengths(step);
    const at::Tensor done = length <= options.tolerance * (1 + lengths(of_open(v)));
    converged.index_copy_(0, open, done);
    open = open.masked_select(~done & length.isfinite());
  }
  const at::Tensor residual = lengths(newton(L, positions, momenta, v).residual);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  return {v.masked_fill(~converged.unsqueeze(1), nan), to_vector<bool>(converged), to_vector<int>(iterations),
          to_vector<double>(residual)};
}

}  // namespace lnn::discrete
