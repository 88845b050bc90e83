#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

#include "discrete/options.h"
#include "discrete/triples.h"
#include "jets/engine.h"

/// The training loss of a discrete Lagrangian (paper B, eqs. 11, 14 and 15): residual of the discrete
/// Euler-Lagrange equations, degeneracy term, base point and symmetry terms, with the weights of its
/// gradient.
namespace lnn::discrete {

/// Affine generators (w_k, M_k), one after the other as the network's parameters hold them: w [n], then M [n,
/// n] row by row, K times.
using Generators = std::vector<double>;

/// Where a loss looks at L_d: the pairs of the triples, then the symmetry's test points, then the base point.
struct LossPoints {
  Triples triples;
  at::Tensor x;  ///< [B, 2n]: all pairs to be evaluated
  /// All unit vectors; rows are the first n, so that second[:, i, n + j] = (D_2 D_1 L_d)_ij.
  jets::Tangents tangents;
  std::int64_t first_test_point = 0;  ///< rows of the symmetry's test points in x
  std::int64_t test_points = 0;
  std::int64_t base_point = -1;  ///< row of (0, 0); -1 without it
};

/// The symmetry's fixed test points [S, 2n], float64; empty [0, 2n] when the training pairs serve.
at::Tensor fixed_test_points(const SymmetryOptions& options, int n);

/// `test_points` as fixed_test_points gives them.
LossPoints make_points(const LossOptions& loss, const SymmetryOptions& symmetry, Triples triples,
                       const at::Tensor& test_points);

/// Terms of a loss.
struct LossValue {
  double residual = 0;    ///< mean over triples of |r|^2 (or of its mean component)
  double degeneracy = 0;  ///< without its weight
  double base_point = 0;  ///< with its weight
  double symmetry = 0;    ///< symmetry, norm and orthogonality terms with their weights; 0 before they begin
  double total = 0;
};

/// What D_2 D_1 L_d looks like at the triples' second pairs.
struct Regularity {
  double not_positive_share = 0;        ///< share of triples with det D_2 D_1 L_d <= 0
  double largest_condition_number = 0;  ///< of D_2 D_1 L_d
};
Regularity regularity(const Triples& triples, const jets::Jet& jet);

/// The functional of the jet whose parameter gradient is the network's, and that of the generators.
struct LossGradient {
  jets::Functional functional;
  Generators generators;  ///< all 0 before the symmetry terms begin
};

class Loss {
 public:
  Loss(LossOptions loss, SymmetryOptions symmetry) : loss_(loss), symmetry_(std::move(symmetry)) {}

  /// From the 2-jet at points.x with its tangents. `with_symmetry`: the symmetry terms have begun.
  LossValue value(const LossPoints& points, const jets::Jet& jet, const Generators& generators,
                  bool with_symmetry) const;
  LossGradient gradient(const LossPoints& points, const jets::Jet& jet, const Generators& generators,
                        bool with_symmetry) const;

 private:
  LossOptions loss_;
  SymmetryOptions symmetry_;
};

}  // namespace lnn::discrete
