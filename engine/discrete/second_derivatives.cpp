#include "discrete/second_derivatives.h"

#include <ATen/ATen.h>

#include <vector>

#include "base/error.h"
#include "discrete/differentiation.h"

namespace lnn::discrete {

FirstDerivatives first_derivatives(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v) {
  invariant(q.dim() == 2 && q.sizes() == v.sizes(), "positions and velocities have the shape [B, n]");
  FirstDerivatives result;
  result.q = as_variable(q);
  result.v = as_variable(v);
  result.velocity = v;
  result.L = L(result.q, result.v);
  invariant(result.L.dim() == 1 && result.L.size(0) == q.size(0), "a Lagrangian has one value per state");
  const auto first = gradients(result.L, {result.q, result.v});
  result.L_q = first[0];
  result.L_v = first[1];
  return result;
}

at::Tensor mass_matrix(const FirstDerivatives& at_state) {
  std::vector<at::Tensor> rows;
  for (std::int64_t i = 0; i < at_state.v.size(1); ++i) {
    rows.push_back(gradients(at_state.L_v.select(1, i), {at_state.v})[0]);
  }
  return at::stack(rows, 1);
}

AlongMotion along_motion(const FirstDerivatives& at_state) {
  const at::Tensor rate = (at_state.L_q * at_state.velocity).sum(1);
  const auto second = gradients(rate, {at_state.q, at_state.v});
  return {second[0], second[1]};
}

}  // namespace lnn::discrete
