#pragma once

#include <vector>

#include "training/euler_lagrange.h"
#include "training/options.h"

/// Penalties that push the mass matrix toward the right signature (paper A, section III.1).
namespace lnn::training {

struct Penalty {
  double value = 0;              ///< mean over the batch, dimensionless (scaled coordinates), without lambda
  std::vector<double> gradient;  ///< dvalue/dM, [samples][n][n], symmetric; empty when the value is zero
};

/// - eigenvalue (eq. 3): mean_b sum_i relu(-mu_i)
/// - sylvester_v1, v2 (eq. 4; v2 is the text's): mean_b sum_k relu(-det M[1:k,1:k]) / (S_k + eps), with
///   v1: S_k = (mean_i |M_ii| + n eps)^k per sample; v2: S_k = prod_{i<=k} (median_b |M_ii| + eps) per batch
/// - lorentzian_sylvester (eq. 5): relu(M_00) / (c_0 + eps) and the minors of the spatial block as in v2
/// eps = 1e-8; the scales S, c count as constants in the gradient; the median of an even batch is the lower
/// one.
Penalty penalty(Regularizer regularizer, const Motion& motion);

}  // namespace lnn::training
