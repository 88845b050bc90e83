#pragma once

#include <ATen/core/Tensor.h>

#include "discrete/loss.h"

/// The terms that teach symmetry generators (paper B, eqs. 11 and 15, remarks 1 to 3).
namespace lnn::discrete {

/// Pairs with both points drawn uniformly from the box: [S, 2n].
at::Tensor box_test_points(const SymmetryOptions& options, int n);

/// All terms at one set of values:
/// weight (sum_k [reduce_b s_kb^2 + norm_k] + orthogonality_weight sum_{s<k} <v_k, v_s>^2),
/// s_kb = (M_k q0 + w_k).D_1 L_d + (M_k q1 + w_k).D_2 L_d at test point b, v_k = (w_k, M_k).
class SymmetryTerms {
 public:
  /// The points and the jet must outlive this.
  SymmetryTerms(const SymmetryOptions& options, const LossPoints& points, const jets::Jet& jet,
                const Generators& generators);

  double value() const;
  /// Adds the weights of dL_d/dx to `first` [B, 2n] and the gradient of the generators.
  void add_gradient(double* first, Generators& generators) const;

 private:
  std::size_t size() const { return static_cast<std::size_t>(n_ * n_ + n_); }  // numbers of a generator
  const double* generator(int k) const { return generators_.data() + static_cast<std::size_t>(k) * size(); }
  double coordinate(const double* generator, const double* q, std::int64_t i) const;
  double condition(int k, std::int64_t row) const;
  double product(int k, int s) const;

  const SymmetryOptions& options_;
  const LossPoints& points_;
  at::Tensor x_;
  at::Tensor gradient_;
  Generators generators_;
  std::int64_t n_;
  double point_weight_;
};

/// The first guess of all generators, [K (n + n^2)] (SymmetryOptions::guess).
Generators first_guess(const SymmetryOptions& options, int n);

}  // namespace lnn::discrete
