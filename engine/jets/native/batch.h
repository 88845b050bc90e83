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

/// Streams of a layer's operand: sigma, t_u, t_v, a, then the tangents.
inline constexpr int sigma_stream = 0;
inline constexpr int u_stream = 1;
inline constexpr int v_stream = 2;
inline constexpr int value_stream = 3;
inline constexpr int tangent_stream = 4;
/// Streams of a layer's operand that make weight gradients, and of its adjoint: r_z, ubar, vbar, zbar.
inline constexpr int adjoint_streams = 4;

/// The functional of a backward pass in the engine's terms: one mixed term and squares over all tangents.
template <class T>
struct Weights {
  struct Square {
    long sample = 0;
    T weight = 0;
    std::vector<T> direction;  ///< [T]
  };

  std::vector<double> first;    ///< [filled, d]
  std::vector<T> u;             ///< [filled, R]
  std::vector<T> v;             ///< [filled, T]
  std::vector<Square> squares;  ///< ordered by sample
};

}  // namespace lnn::jets::native
