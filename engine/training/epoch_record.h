#pragma once

#include <string>

namespace lnn::training {

/// Means over an epoch's mini-batches (unweighted, as published), dimensionless; one row of the history. Of a
/// discrete Lagrangian (paper B) base is the residual of the discrete Euler-Lagrange equations, penalty the
/// degeneracy term, and the mass matrix is D_2 D_1 L_d.
struct EpochRecord {
  int phase = 0;
  double learning_rate = 0;
  double train_total = 0;
  double train_base = 0;
  double train_penalty = 0;
  double train_symmetry = 0;  ///< of a discrete Lagrangian: symmetry and norm terms; else 0
  double validation_total = 0;
  double validation_base = 0;
  double validation_penalty = 0;
  double validation_symmetry = 0;
  double gradient_norm = 0;             ///< median over a pass's steps, before clipping; mean over passes
  double wrong_signature_share = 0;     ///< of the validation samples
  double largest_condition_number = 0;  ///< of M over the validation samples
  double seconds = 0;  ///< wall time; trainings that compute together all report the time of their pack
};

/// Where the numbers stopped being finite; one-based.
struct Divergence {
  int epoch = 0;
  int step = 0;  ///< step within the epoch; 0 means the validation after it
  std::string what;
};

}  // namespace lnn::training
