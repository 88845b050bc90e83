#pragma once

#include <span>

namespace lnn::learned {

/// How far learned mass matrices are the true ones times one scale c.
///
/// Entries have different units, and over a data set M may vary by decades (AdS: 1/z^2), so every sample is
/// measured in the frame of its true M: with M_true = E eta E^T, E = Q |Lambda|^(1/2) from its eigenvectors
/// and eta = diag(+-1), a sample's scale is c_s = tr(M_true^-1 M) / n, the least-squares fit of E^-1 M E^-T ~
/// c_s eta, and its error ||E^-1 M E^-T / c - eta||_F / sqrt(n). A wrong
/// element thus counts alike wherever the sample lies and whatever its unit is. Medians over the samples keep
/// a few wild ones from deciding.
struct MassFit {
  double scale = 0;      ///< c: median of c_s; negative when the network has learned -L
  double error = 0;      ///< median of the samples' errors
  double error_p95 = 0;  ///< their 95th percentile
};

/// `learned`, `truth`: symmetric matrices, row-major [samples][n][n]. NaN where a matrix is not finite, a
/// true one is singular or c = 0. Precondition: same size, a multiple of n x n.
MassFit fit_mass(int n, std::span<const double> learned, std::span<const double> truth);

/// Size of off-diagonal elements relative to diagonal ones, each element divided by sqrt|T_ii T_jj| of the
/// true T (the metrics of the papers' geodesics are diagonal): median over the samples of sqrt(sum_{i != j}
/// m_ij^2 / sum_i m_ii^2). Arguments and NaN as above.
double off_diagonal_share(int n, std::span<const double> learned, std::span<const double> truth);

}  // namespace lnn::learned
