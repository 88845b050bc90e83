#pragma once

#include <ATen/core/Tensor.h>

#include <vector>

namespace lnn::training {

/// Eigenvalues (not sorted) and eigenvectors of N symmetric matrices.
struct SymmetricEigen {
  at::Tensor values;   ///< [N, n]
  at::Tensor vectors;  ///< [N, n, n], column k belongs to value k
};

/// Eigendecomposition of many small symmetric matrices by cyclic Jacobi rotations in elementwise operations
/// and batched products, on any device: LibTorch's own solvers make the host wait for a CUDA device. A round
/// rotates disjoint pairs of coordinates together, and the number of sweeps is fixed (Golub and Van Loan,
/// Matrix Computations, section 8.5); it leaves
/// errors of the size of rounding (1e-11 of the largest entry where eigenvalues repeat exactly and n > 4).
class JacobiEigensolver {
 public:
  /// `n` >= 1. Copies its constants to `device` once.
  JacobiEigensolver(int n, at::Device device);

  /// `matrices` [N, n, n], float64. A matrix with a NaN or infinity gets NaN everywhere.
  SymmetricEigen solve(const at::Tensor& matrices) const;

 private:
  // One round: coordinate i is rotated with coordinate partner[i] (with itself: left alone).
  struct Round {
    at::Tensor partner;  // [n]
    at::Tensor entry;    // [n]: of the pair's upper entry in a flattened matrix
    // [n]: of either sign within a pair, so that its angles agree where the diagonal entries are equal; 0
    // without a partner, which makes the angle 0
    at::Tensor tie_break;
    at::Tensor permutation;  // [n, n]: row i has its 1 in column partner[i]
  };
  Round make_round(const std::vector<std::int64_t>& partner, at::Device device) const;
  at::Tensor rotation(const at::Tensor& matrices, const Round& round) const;

  int n_;
  int sweeps_;
  at::Tensor identity_;
  std::vector<Round> rounds_;  // of one sweep: every pair once
};

}  // namespace lnn::training
