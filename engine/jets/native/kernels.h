#pragma once

#include <string>
#include <vector>

#include "network/options.h"

/// The loops that take the engine's time, compiled once per instruction set and chosen at run time.
namespace lnn::jets::native {

/// One block of S samples in one hidden layer. Every array holds streams of S rows, `ld` numbers apart, of
/// which the first `width` (a multiple of the vector length) are used. Per sample and neuron:
///   a = phi(z), t_a = phi'(z) t_z for a tangent t, r the adjoint of a (and of sigma), r_z = phi'(z) r_a,
///   sigma_a = phi' sigma_z + phi'' (sum_p t_{u_p,z} t_{v_p,z} + sum_e c_e t_{w_e,z}^2): the functional's
///   value stream.
template <class T>
struct LayerBlock {
  long samples = 0;
  long width = 0;
  long ld = 0;
  int tangents = 0;     ///< T
  int rows = 0;         ///< R
  int pairs = 0;        ///< P: mixed terms of the functional, each with its u and v
  bool output = false;  ///< the last hidden layer: feeds the output weights, not another product

  // What a backward pass needs of its forward pass.
  T* z;   ///< [1 + T] W a and W t_1.. W t_T; the first stream (bias still to be added) later holds r_a
  T* f1;  ///< [1] phi'(z)
  T* f2;  ///< [1] phi''(z)
  T* f3;  ///< [1] phi'''(z)
  T* a;   ///< [1] phi(z)

  // What is needed for one block at a time.
  T* tangent;  ///< [T] t_1.. t_T after the activation: with a, left side of the next layer's product
  T* operand;  ///< [2 P + 2] sigma, t_u and t_v of each pair, a: left side of the weights' products
  T* adjoint;  ///< [2 P + 2] r_z and the adjoints of t_{u,z} and t_{v,z} of each pair and of z; before
               ///< backward() t_{u,z}, t_{v,z} and, last, sigma_z stand in the places of the latter
};

/// One entry of SquareTerms in one layer: rows of `width` numbers.
template <class T>
struct SquareRow {
  long sample = 0;               ///< within its block
  T weight = 0;                  ///< c of c D_w D_w L
  const T* direction = nullptr;  ///< [T] coefficients of w in the tangents
  T* tz;                         ///< t_{w,z}
  T* operand;                    ///< t_w after the activation
  T* adjoint;                    ///< adjoint of t_{w,z}
};

/// One update of the parameters p with gradient g and moments m1, m2; all factors dimensionless:
///   g' = scale g + decay p, m1 <- beta1 m1 + (1 - beta1) g', m2 <- beta2 m2 + (1 - beta2) g'^2,
///   p <- p - rate m1 / (sqrt(m2) / root + epsilon), or p - rate m1 without `adaptive`.
struct MomentUpdate {
  double scale = 1;
  double decay = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double rate = 0;
  double root = 1;
  double epsilon = 1e-8;
  bool adaptive = true;
};

/// The kernels for one number type and instruction set. All are single-threaded, deterministic, and do not
/// allocate.
template <class T>
struct Kernels {
  const char* instruction_set;  ///< "baseline", "avx2", "avx512", ...
  const char* precision;        ///< of the products: "float32", "float64", "bf16x3" (see split_products.h)
  int lanes;                    ///< numbers in a vector; widths and leading dimensions are multiples of it

  /// Numbers that a packed right operand of `rows` x `columns` takes.
  long (*packed_size)(long rows, long columns);
  /// Packs B with B(k, n) = b[k * row_stride + n * column_stride]; one of the strides is 1.
  void (*pack)(long rows, long columns, const T* b, long row_stride, long column_stride, T* packed);
  /// C[rows, columns] (+)= A[rows, depth] B. Writes all padded columns of C.
  void (*product)(long rows, long columns, long depth, const T* a, long lda, const T* packed, T* c, long ldc,
                  bool accumulate);
  /// Numbers of scratch memory that a transposed product over `depth` rows needs.
  long (*transposed_scratch_size)(long depth, long rows, long columns);
  /// C[rows, columns] (+)= A^T B over `depth` rows. Rows of B are whole vectors.
  void (*transposed_product)(long rows, long columns, long depth, const T* a, long lda, const T* b, long ldb,
                             T* scratch, T* c, long ldc, bool accumulate);

  /// From z: the activation, its derivatives, and (unless `output`) t_1..t_T. `bias` has `width` numbers.
  void (*activate)(network::Activation activation, const LayerBlock<T>& block, const T* bias);
  /// From r_a: r_z, and this layer's part of D_{t_i} D_{t_j} L, added to second [S][R][T] for j >= i.
  void (*reverse)(const LayerBlock<T>& block, double* second);
  /// From sigma_z and the weights u [S][P][R], v [S][P][T] of the mixed terms: r_z, t_{u,z}, t_{v,z} and the
  /// operand (of which `output` has only sigma).
  void (*combine)(const LayerBlock<T>& block, const T* u, const T* v);
  /// Adds a square to sigma, after combine(); fills its tz and operand.
  void (*combine_square)(const LayerBlock<T>& block, const SquareRow<T>& square);
  /// From `incoming` [2 P + 1] (adjoints of t_u and t_v of each pair and of a; null for the output layer,
  /// where they are zero): the adjoints of t_{u,z}, t_{v,z} and z.
  void (*backward)(const LayerBlock<T>& block, const T* incoming);
  /// Adds a square to the adjoint of z, after backward(); fills the square's adjoint. `incoming` is the
  /// adjoint of its t_w, null for the output layer.
  void (*backward_square)(const LayerBlock<T>& block, const SquareRow<T>& square, const T* incoming);
  /// sums[width] += column sums of `rows` rows.
  void (*add_column_sums)(long rows, long width, const T* a, long lda, T* sums);
  /// Sum over `width` products.
  T (*dot)(long width, const T* a, const T* b);

  /// Sum of squares, in double precision. `count` need not be whole vectors here and in update().
  double (*sum_of_squares)(long count, const T* a);
  /// One pass over parameters, moments and gradient.
  void (*update)(const MomentUpdate& rule, long count, const T* gradient, T* parameters, T* first_moment,
                 T* second_moment);
};

/// What this build and this processor both have, best first: the matrix unit (float only), AVX-512, AVX2,
/// baseline.
template <class T>
std::vector<const Kernels<T>*> available_kernels();

}  // namespace lnn::jets::native
