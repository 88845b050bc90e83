#pragma once

#include <ATen/ATen.h>

#include "discrete/lagrangian_function.h"

/// Lagrangians of one to two coordinates, written for autograd.
namespace lnn::discrete::testing {

inline at::Tensor column(const at::Tensor& x, int i) {
  return x.select(1, i);
}

/// L = v^2/2 - omega^2 q^2/2.
inline LagrangianFunction harmonic(double omega) {
  return [omega](const at::Tensor& q, const at::Tensor& v) {
    return (v * v - q * q * (omega * omega)).sum(1) / 2;
  };
}

/// One coordinate, the mass depends on the position: L = (1 + q^2/2) v^2/2 - q^2/2 - q^4/4.
inline at::Tensor anharmonic(const at::Tensor& q, const at::Tensor& v) {
  const at::Tensor x = column(q, 0);
  const at::Tensor x2 = x * x;
  return (1 + x2 / 2) * column(v, 0).square() / 2 - x2 / 2 - x2 * x2 / 4;
}

/// The pendulum on a cart with paper B's constants.
inline at::Tensor cart_pendulum(const at::Tensor& q, const at::Tensor& v) {
  const at::Tensor s_dot = column(v, 0);
  const at::Tensor phi_dot = column(v, 1);
  const at::Tensor cosine = column(q, 1).cos();
  return phi_dot * phi_dot / 2 + cosine * s_dot * phi_dot + s_dot * s_dot - 9.81 * cosine;
}

/// A mass in a magnetic field and a potential: L_vq = dA/dq is not symmetric for A = (0, x^2).
inline at::Tensor magnetic(const at::Tensor& q, const at::Tensor& v) {
  const at::Tensor x = column(q, 0);
  const at::Tensor y = column(q, 1);
  return (v * v).sum(1) / 2 + x * x * column(v, 1) - (x * x + 2 * y * y) / 2 - x * y * y;
}

}  // namespace lnn::discrete::testing
