#pragma once

#include <vector>

#include "jets/engine.h"
#include "training/jacobi_eigensolver.h"
#include "training/loss.h"

/// The loss of K trainings at once in LibTorch operations on any device, without ever waiting for it: the
/// counterpart of euler_lagrange, penalty and loss, with the same definitions.
///
/// Shapes: K trainings, B samples, n coordinates. Everything per sample is in double precision.
namespace lnn::training {

/// K mass matrices a sample, decomposed. Blocks are the leading blocks of M whose minors the regularizer
/// needs and, last, M itself; a block is padded by the identity to n x n, which changes no minor.
struct PackMotion {
  at::Tensor mass;              ///< [K, B, n, n], symmetrized
  at::Tensor block_values;      ///< eigenvalues of the blocks, [K, B, blocks, n]
  at::Tensor block_vectors;     ///< [K, B, blocks, n, n]
  at::Tensor inverse_spectrum;  ///< [K, B, n]: 1/eigenvalue of M, 0 below the cut-off
  at::Tensor force;             ///< L_q - L_vq v, [K, B, n]
  at::Tensor acceleration;      ///< M^+ force, [K, B, n]

  at::Tensor eigenvalues() const { return block_values.select(2, block_values.size(2) - 1); }
  at::Tensor eigenvectors() const { return block_vectors.select(2, block_vectors.size(2) - 1); }
};

/// BatchLoss of each training, [K] float64.
struct PackBatchLoss {
  at::Tensor base;
  at::Tensor penalty;
  at::Tensor total;
  at::Tensor wrong_signature;
  at::Tensor largest_condition_number;
};

/// The linear functional of the jets whose parameter gradient is that of the total loss, in the jets'
/// precision.
struct PackFunctional {
  at::Tensor first;   ///< [K, B, 2n]
  at::Tensor second;  ///< weights of the second derivatives, [K, B, n, n + 1]
};

class PackLoss {
 public:
  /// All trainings share base loss, regularizer and signature; their lambdas may differ.
  /// Throws std::logic_error where they do not.
  PackLoss(const std::vector<LossOptions>& options, int coordinates, at::Device device);

  /// Jets [K, B, ...] taken with lagrangian_tangents.
  PackMotion solve(const jets::Jet& jet) const;
  struct Evaluation {
    PackBatchLoss loss;
    PackFunctional gradient;  // undefined for values_only
  };
  /// Losses against the true accelerations [K, B, n] and, for_backward, their gradient. For values_only, the
  /// jets may hold G batches of each training, one training after the other; so do the losses then.
  Evaluation evaluate(const jets::Jet& jet, const at::Tensor& true_acceleration, jets::Keep keep) const;

 private:
  struct Penalty {
    at::Tensor value;     // [K]
    at::Tensor gradient;  // [K, B, n, n]; undefined without regularizer
  };
  PackBatchLoss loss(const PackMotion& motion, const at::Tensor& error, const Penalty& penalty) const;
  PackFunctional gradient(const PackMotion& motion, const at::Tensor& error, const Penalty& penalty) const;
  Penalty penalty(const PackMotion& motion) const;
  Penalty eigenvalue_penalty(const PackMotion& motion) const;
  Penalty sylvester_penalty(const PackMotion& motion) const;
  at::Tensor minor_scales(const PackMotion& motion) const;
  void add_time_penalty(const PackMotion& motion, Penalty& penalty) const;

  int n_;
  LossOptions options_;       // what they share
  at::Tensor lambda_;         // [K]
  std::int64_t minors_ = 0;   // blocks that the regularizer needs
  at::Tensor diagonal_;       // [n, n]: true on the diagonal
  at::Tensor block_mask_;     // [blocks, n, n]: 1 inside the block
  at::Tensor block_padding_;  // [blocks, n, n]: the identity outside it
  JacobiEigensolver eigensolver_;
};

/// lagrangian_tangents of every sample of every training: x [K, B, 2n].
jets::Tangents pack_tangents(const at::Tensor& x);

}  // namespace lnn::training
