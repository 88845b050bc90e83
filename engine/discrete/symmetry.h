#pragma once

#include <Eigen/Core>
#include <string>
#include <string_view>
#include <vector>

/// Affine point symmetries: the true ones of each system, and how far learned ones are from them.
namespace lnn::discrete {

/// The infinitesimal motion q -> q + epsilon (M q + w) of configuration space (paper B, eq. 11).
struct AffineGenerator {
  Eigen::MatrixXd M;  ///< [n, n], dimensionless where all coordinates have one unit
  Eigen::VectorXd w;  ///< [n], in the coordinates' units
};

struct Symmetry {
  std::string name;           ///< "translation_s", "rotation_x_y", ...
  AffineGenerator generator;  ///< Frobenius norm of (M, w): 1
};

/// All affine generators that leave the true Lagrangian of `system` (with constants other than zero)
/// invariant, as a basis of their Lie algebra that is orthonormal in the Frobenius inner product of (M, w);
/// empty where there is none. Throws UserError for an unknown system.
///
/// - cart_pendulum: the translation of s. kepler, isotropic_oscillator: the rotation. free_particle: both
///   translations and the rotation. sphere: the translation of phi. AdS: translations of all coordinates but
///   z, rotations and boosts among these, and the dilation q -> c q. The others: none.
/// - The same generators, and no others, leave the midpoint rule's L_d exactly invariant, that is
///   (M q0 + w).D1 L_d + (M q1 + w).D2 L_d = 0 everywhere (paper B, eq. 11): an affine map acts on
///   ((q0 + q1)/2, (q1 - q0)/h) as on (q, v), and every (q, v) occurs.
/// - What changes L by a constant factor (scalings of a free particle) or a total derivative (translations in
///   a constant force) is no solution of eq. 11 and not listed, although it maps motions to motions.
/// - A learned L_d may truly have others. Where the equations of motion are linear with a multiple of the
///   identity (free_particle, isotropic_oscillator), every symmetric A gives the same motions by L = v^T A
///   v/2
///   - omega^2 q^T A q/2, and that has the generators with A M antisymmetric: for n = 2 and det A > 0 any M
///   with M^2 = -c^2 I, a rotation along an ellipse. The distance to the algebra here says how far such a
///   generator is from the rotation of the physical L, not that it conserves nothing.
std::vector<Symmetry> true_symmetries(std::string_view system);

/// The angle [rad, 0 to pi/2] between two generators as vectors (M, w) in the Frobenius inner product, their
/// signs and lengths ignored. NaN when one is zero.
double angle(const AffineGenerator& left, const AffineGenerator& right);

/// Distance of generator/|generator| from the span of `algebra`, 0 (inside) to 1 (orthogonal, or an empty
/// algebra); the sine of its angle to the span. NaN for a zero generator.
double distance_to_span(const AffineGenerator& generator, const std::vector<AffineGenerator>& algebra);

/// The principal angles [rad, 0 to pi/2], ascending, between the spans of `left` and `right`; as many as the
/// smaller dimension. Generators that depend on the others (to 1e-12 of the largest) add nothing to a span.
/// One NaN when a generator is not finite.
std::vector<double> principal_angles(const std::vector<AffineGenerator>& left,
                                     const std::vector<AffineGenerator>& right);

/// The generators of `symmetries`.
std::vector<AffineGenerator> generators(const std::vector<Symmetry>& symmetries);

}  // namespace lnn::discrete
