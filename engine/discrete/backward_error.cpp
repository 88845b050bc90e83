#include "discrete/backward_error.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <utility>

#include "base/error.h"
#include "discrete/differentiation.h"
#include "discrete/second_derivatives.h"

namespace lnn::discrete {

LagrangianFunction backward_error_corrected(LagrangianFunction L, double h) {
  invariant(h > 0, "the step of a discrete Lagrangian is positive");
  return [L = std::move(L), h](const at::Tensor& q, const at::Tensor& v) {
    const c10::AutoGradMode enable_grad(true);
    const FirstDerivatives state = first_derivatives(L, q, v);
    const AlongMotion along = along_motion(state);
    const at::Tensor r = state.L_q - along.L_vq_v;
    const at::Tensor forced = (r * solve(mass_matrix(state), r)).sum(1);
    const at::Tensor bent = (state.velocity * along.L_qq_v).sum(1);
    return state.L + (forced - bent) * (h * h / 24);
  };
}

}  // namespace lnn::discrete
