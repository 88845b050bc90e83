#pragma once

#include <span>
#include <vector>

namespace lnn::jets::native {

/// How a batch is cut into blocks of samples that stay in the cache from layer to layer. The last block is
/// filled up with samples whose tangents and weights are zero, so that they add exactly nothing.
struct Batch {
  long size = 0;        ///< B, without the filling
  long block_size = 0;  ///< S
  long blocks = 0;
  int tangents = 0;  ///< T
  int rows = 0;      ///< R
  long inputs = 0;   ///< d

  long filled() const { return blocks * block_size; }
  /// Row of `sample` in stream `stream` of an array that holds `streams` streams per block.
  long row(long sample, long stream, long streams) const {
    return (sample / block_size * streams + stream) * block_size + sample % block_size;
  }
};

/// The functional of a backward pass in the engine's terms: mixed terms, and squares over all tangents.
template <class T>
struct Weights {
  struct Square {
    long sample = 0;
    T weight = 0;
    std::vector<T> direction;  ///< [T]
  };

  int pairs = 0;                ///< P: mixed terms
  std::vector<double> first;    ///< [filled, d]
  std::vector<T> u;             ///< [filled, P, R]
  std::vector<T> v;             ///< [filled, P, T]
  std::vector<Square> squares;  ///< ordered by sample

  /// Streams of a layer's operand in the weight gradients (sigma, t_u and t_v of each pair, a) and of its
  /// adjoint (r_z, ubar and vbar of each pair, zbar).
  long streams() const { return 2 + 2L * pairs; }
};

/// Adjoints of what the input stage hands to the branches: of t_u and t_v of each pair and of y [filled, 2 P
/// + 1, d], and of the squares' tangents [E, d].
struct InputAdjoints {
  std::vector<double> samples;
  std::vector<double> squares;
};

}  // namespace lnn::jets::native
