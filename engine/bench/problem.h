#pragma once

#include <ATen/core/Tensor.h>

#include "bench/case.h"
#include "training/loss.h"

namespace lnn::bench {

/// The same numbers for all contenders of a case: everything is representable in single precision, so that
/// double precision sees exactly the same problem and can tell the error of the others.
struct Problem {
  Case definition;
  at::Tensor parameters;  ///< [parameter count], float32; default initialization
  at::Tensor x;           ///< [B, 2n], float32: [q, v] uniform in (-1, 1); the time does not depend on them
  at::Tensor a;           ///< [B, n], float32: what the loss compares accelerations with, uniform in (-1, 1)
  training::LossOptions loss;  ///< state_mae with the eigenvalue penalty, lambda 1
};

Problem make_problem(const Case& definition);

/// Floating-point operations that the gradient of one batch takes with the fewest known matrix products:
/// n + 11 rows for each sample and layer (n + 3 to get the jet, 8 to get its gradient), 2 * in * out each.
/// Not counted: elementwise work and penalties. The same number for all contenders, whatever they really do.
double useful_flops(const Case& definition);

}  // namespace lnn::bench
