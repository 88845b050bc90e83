#pragma once

#include "discrete/lagrangian_function.h"

/// Variational backward error analysis (paper B): which continuous Lagrangian a learned discrete
/// one stands for.
namespace lnn::discrete {

/// L_VBEA = L + h^2/24 (r^T L_vv^{-1} r - v^T L_qq v), r = L_q - L_vq v, all derivatives of L; any n, h > 0
/// the step [s]. For n = 1 this is paper B's eq. 4. The exact motion of L_VBEA passes through the discrete
/// trajectory of midpoint_rule(L, h) up to O(h^4), that of L itself only up to O(h^2). For a learned L_d, L
/// is inverse_modified(L_d, h). Fails for a state with singular L_vv: NaN there.
LagrangianFunction backward_error_corrected(LagrangianFunction L, double h);

}  // namespace lnn::discrete
