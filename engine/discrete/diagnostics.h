#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "discrete/discrete_lagrangian.h"
#include "discrete/points.h"
#include "discrete/symmetry.h"
#include "physics/system.h"

/// What a discrete trajectory and a training history are judged by (paper B).
namespace lnn::discrete {

/// Velocities at q_0 .. q_{N-1} of q [N + 1, n], N >= 1: the given v_0 [n], then central differences
/// (q_{k+1} - q_{k-1})/(2h): [N, n]. h > 0 [s]. As published: between k = 0 and 1 they jump by the
/// difference's error, O(h^2).
Points central_velocities(const Points& q, double h, const Eigen::VectorXd& v_0);

/// The true energy H(q_k, v_k) at every row of v and the row of q beside it. For a learned Lagrangian see
/// hamiltonian() and evaluate().
Eigen::VectorXd true_energies(const physics::System& system, const Points& q, const Points& v);

/// The momenta p_k = -D1 L_d(q_k, q_{k+1}) of q [N + 1, n], N >= 1: [N, n].
Points discrete_momenta(const DiscreteLagrangian& L_d, const Points& q);

/// The true momenta p_k = L_v(q_k, v_k) at every row of v and the row of q beside it. Throws UserError for a
/// system without lagrangian_jet().
Points true_momenta(const physics::System& system, const Points& q, const Points& v);

/// The momentum map I_k = p_k . (M q_k + w) at every row of p and the row of q beside it (paper B).
/// The momenta are those of true_momenta() or, the published way for learned symmetries, discrete_momenta().
Eigen::VectorXd momentum_map(const AffineGenerator& generator, const Points& q, const Points& p);

/// How far a momentum map strays from what it was: the largest |I_k - I_0| over the largest sum_i |p_ki (M
/// q_k + w)_i|, dimensionless. 0: conserved; 1: it changes by as much as its terms are. NaN where these are
/// all zero.
double momentum_drift(const AffineGenerator& generator, const Points& q, const Points& p);

/// x_k - x_0 of at least one value: the error of a quantity that should stay what it was.
Eigen::VectorXd change_from_start(const Eigen::VectorXd& x);

/// The eigenvalues of a square matrix, for D_2 D_1 L_d [n, n], by ascending real, then imaginary part. NaN
/// when an entry is not finite.
std::vector<std::complex<double>> eigenvalues(const Eigen::MatrixXd& matrix);

/// How many epochs a training sat on the plateau of a constant L_d, where the degeneracy term is 1/2: the
/// epoch of the first record from which on every degeneracy is below `level`. Nothing when the last one is
/// not; so a spike up to the level counts as a return to the plateau, and NaN as not below.
std::optional<std::int64_t> plateau_length(std::span<const std::int64_t> epochs,
                                           std::span<const double> degeneracy, double level = 0.45);

}  // namespace lnn::discrete
