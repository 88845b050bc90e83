#pragma once

#include <vector>

#include "jets/engine.h"

/// Accelerations from a Lagrangian's 2-jet: a = M^+ (L_q - L_vq v), M = L_vv (paper A, eq. 1 and appendix A).
/// Everything per sample is done in double precision, whatever the network's precision.
namespace lnn::training {

/// A batch of n x n problems, row-major: [samples][n] and [samples][n][n].
struct Motion {
  int samples = 0;
  int n = 0;
  std::vector<double> mass;          ///< M, symmetrized
  std::vector<double> eigenvalues;   ///< of M, ascending
  std::vector<double> eigenvectors;  ///< column k of sample b belongs to eigenvalue k
  std::vector<double> force;         ///< L_q - L_vq v
  std::vector<double> acceleration;  ///< M^+ force
  double cutoff = 0;                 ///< eigenvalues below cutoff * largest |eigenvalue| count as zero in M^+

  /// Ratio of the largest to the smallest |eigenvalue| of sample b; infinity for a singular M.
  double condition_number(int b) const;
  /// Number of negative eigenvalues of sample b.
  int negative_eigenvalues(int b) const;
};

/// The tangents that an LNN needs at x = [q, v], [B, 2n]: n unit velocities and s = (v, 0); rows = n.
jets::Tangents lagrangian_tangents(const at::Tensor& x);

/// Solves every sample by an eigendecomposition of M. It gives the Moore-Penrose inverse (cut-off n eps
/// sigma_max, eps of the network's precision), the signature and the penalties at once; M may be indefinite
/// during training.
Motion solve_motion(const jets::Jet& jet);

/// Adds to `functional` the terms of sum_b abar_b . da_b/dtheta, abar [samples][n] (paper A, appendix A):
/// with lam = M^+ abar they are D_{(lam,0)} L - D_u D_v L, u = (0, lam), v = (v, a), held constant. Samples
/// with a truncated eigenvalue get the two further terms of a pseudo-inverse's derivative, as squares.
void add_acceleration_terms(const Motion& motion, const std::vector<double>& abar,
                            jets::Functional& functional);

/// Adds the terms of sum_b tr(G_b dM_b/dtheta), G [samples][n][n] symmetric: what a penalty on M needs. Each
/// nonzero eigenvalue of a G_b becomes one square, so samples with G_b = 0 cost nothing.
void add_mass_terms(const Motion& motion, const std::vector<double>& g, jets::Functional& functional);

/// A functional without terms, for the shapes of `jet`.
jets::Functional zero_functional(const jets::Jet& jet);

}  // namespace lnn::training
