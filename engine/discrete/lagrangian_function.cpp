#include "discrete/lagrangian_function.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "discrete/differentiation.h"
#include "discrete/second_derivatives.h"
#include "network/network.h"

namespace lnn::discrete {
namespace {

at::Tensor to_tensor(const Points& points) {
  at::Tensor tensor = at::empty({points.rows(), points.cols()}, at::kDouble);
  std::copy_n(points.data(), points.size(), tensor.data_ptr<double>());
  return tensor;
}

}  // namespace

DiscreteLagrangianFunction discrete_lagrangian(const network::Network& network) {
  return [&network](const at::Tensor& q0, const at::Tensor& q1) {
    return network.lagrangian(at::cat({q0, q1}, 1));
  };
}

DiscreteLagrangianFunction midpoint_rule(LagrangianFunction L, double h) {
  invariant(h > 0, "the step of a discrete Lagrangian is positive");
  return [L = std::move(L), h](const at::Tensor& q0, const at::Tensor& q1) {
    return L((q0 + q1) / 2, (q1 - q0) / h) * h;
  };
}

LagrangianFunction inverse_modified(DiscreteLagrangianFunction L_d, double h) {
  invariant(h > 0, "the step of a discrete Lagrangian is positive");
  return [L_d = std::move(L_d), h](const at::Tensor& q, const at::Tensor& v) {
    const at::Tensor half_way = v * (h / 2);
    return L_d(q - half_way, q + half_way) / h;
  };
}

LagrangianFunction hamiltonian(LagrangianFunction L) {
  return [L = std::move(L)](const at::Tensor& q, const at::Tensor& v) {
    const c10::AutoGradMode enable_grad(true);
    const FirstDerivatives state = first_derivatives(L, q, v);
    return (state.velocity * state.L_v).sum(1) - state.L;
  };
}

at::Tensor momentum(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v) {
  const c10::AutoGradMode enable_grad(true);
  return first_derivatives(L, q, v).L_v;
}

at::Tensor discrete_momentum(const DiscreteLagrangianFunction& L_d, const at::Tensor& q0,
                             const at::Tensor& q1) {
  const c10::AutoGradMode enable_grad(true);
  return first_derivatives(L_d, q0, q1).L_q.neg();
}

at::Tensor acceleration(const LagrangianFunction& L, const at::Tensor& q, const at::Tensor& v) {
  const c10::AutoGradMode enable_grad(true);
  const FirstDerivatives state = first_derivatives(L, q, v);
  return solve(mass_matrix(state), state.L_q - along_motion(state).L_vq_v);
}

Eigen::VectorXd evaluate(const LagrangianFunction& f, const Points& q, const Points& v) {
  invariant(q.cols() == v.cols() && q.rows() >= v.rows(), "every velocity has its position");
  const at::Tensor values = f(to_tensor(q.topRows(v.rows())), to_tensor(v)).detach().contiguous();
  return Eigen::Map<const Eigen::VectorXd>(values.data_ptr<double>(), values.numel());
}

}  // namespace lnn::discrete
