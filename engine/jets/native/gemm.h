// Matrix products of the engine's shapes. Included once per instruction set, see simd.h.
//
// Right operands are packed into panels of two vectors' width (the last one may be a single vector wide),
// each panel holding all its rows contiguously; left operands and results stay row-major. A panel is read
// from the cache while MR rows by two vectors of the result stay in registers.
#pragma once

#include "jets/native/kernels.h"
#include "jets/native/simd.h"

namespace lnn::jets::native::LNN_ISA {

// Rows of the result that are held in registers: 2 MR accumulators, 2 vectors of the panel, 1 of the left
// side.
inline constexpr int register_rows = vector_bytes == 64 ? 12 : 6;

template <class T>
inline long padded(long n) {
  return (n + lanes<T> - 1) / lanes<T> * lanes<T>;
}

// Calls visit(first column, vectors in the panel) for all panels of a right operand with n columns.
template <class T, class Visit>
inline void for_each_panel(long n, const Visit& visit) {
  const long columns = padded<T>(n);
  long first = 0;
  for (; first + 2 * lanes<T> <= columns; first += 2 * lanes<T>) visit(first, 2);
  if (first < columns) visit(first, 1);
}

// A right operand's row k and column n is b[k * row_stride + n * column_stride]. Columns are padded with
// zeros.
template <class T>
void pack(long rows, long columns, const T* b, long row_stride, long column_stride, T* packed) {
  constexpr long rows_at_once =
      16;  // of a panel being filled column by column: few enough to stay in the cache
  for_each_panel<T>(columns, [&](long first, int vectors) {
    const long width = vectors * lanes<T>;
    const long used = first + width <= columns ? width : columns - first;
    T* const panel = packed + first * rows;
    const T* const corner = b + first * column_stride;
    if (column_stride == 1 && used == width) {
      for (long k = 0; k < rows; ++k) {
        for (long n = 0; n < width; n += lanes<T>) {
          store<T>(panel + k * width + n, load<T>(corner + k * row_stride + n));
        }
      }
      return;
    }
    for (long k0 = 0; k0 < rows; k0 += rows_at_once) {
      const long end = k0 + rows_at_once < rows ? k0 + rows_at_once : rows;
      for (long n = 0; n < width; ++n) {
        for (long k = k0; k < end; ++k) {
          panel[k * width + n] = n < used ? corner[k * row_stride + n * column_stride] : T(0);
        }
      }
    }
  });
}

// Sums start at zero and meet C at the end: it is fetched meanwhile.
template <class T, int MR, int NV>
struct Tile {
  Vector<T> sums[MR][NV] = {};

  void expect(T* c, long ldc) {
    for (int i = 0; i < MR; ++i) {
      for (int j = 0; j < NV; ++j) __builtin_prefetch(c + i * ldc + j * lanes<T>, 1);
    }
  }
  void finish(T* c, long ldc, bool accumulate) {
    for (int i = 0; i < MR; ++i) {
      for (int j = 0; j < NV; ++j) {
        T* const to = c + i * ldc + j * lanes<T>;
        store<T>(to, accumulate ? load<T>(to) + sums[i][j] : sums[i][j]);
      }
    }
  }
};

// C[MR, NV vectors] (+)= A[MR, depth] B; a's element (i, k) is a[i * lda + k].
template <class T, int MR, int NV>
void tile_product(long depth, const T* a, long lda, const T* b, T* c, long ldc, bool accumulate) {
  Tile<T, MR, NV> tile;
  tile.expect(c, ldc);
  for (long k = 0; k < depth; ++k, b += NV * lanes<T>) {
    Vector<T> columns[NV];
    for (int j = 0; j < NV; ++j) columns[j] = load<T>(b + j * lanes<T>);
    for (int i = 0; i < MR; ++i) {
      for (int j = 0; j < NV; ++j) tile.sums[i][j] += a[i * lda + k] * columns[j];
    }
  }
  tile.finish(c, ldc, accumulate);
}

// C[MR, NV vectors] (+)= A^T B over `depth` rows of A and B as they lie in memory.
template <class T, int MR, int NV>
void transposed_tile_product(long depth, const T* a, long lda, const T* b, long ldb, T* c, long ldc,
                             bool accumulate) {
  Tile<T, MR, NV> tile;
  tile.expect(c, ldc);
  for (long k = 0; k < depth; ++k, a += lda, b += ldb) {
    Vector<T> columns[NV];
    for (int j = 0; j < NV; ++j) columns[j] = load<T>(b + j * lanes<T>);
    for (int i = 0; i < MR; ++i) {
      for (int j = 0; j < NV; ++j) tile.sums[i][j] += a[i] * columns[j];
    }
  }
  tile.finish(c, ldc, accumulate);
}

// Calls body.operator()<rows>() with `rows` as a compile-time constant.
template <int Rows, class Body>
inline void with_rows(int rows, const Body& body) {
  if constexpr (Rows > 0) {
    if (rows == Rows) return body.template operator()<Rows>();
    with_rows<Rows - 1>(rows, body);
  }
}

// C[rows, columns] (+)= A[rows, depth] B, B packed; writes all padded columns of C.
template <class T>
void product(long rows, long columns, long depth, const T* a, long lda, const T* packed, T* c, long ldc,
             bool accumulate) {
  constexpr long cached_rows = 8 * register_rows;  // of A, kept in the second-level cache over all panels
  for (long first = 0; first < rows; first += cached_rows) {
    const long end = first + cached_rows < rows ? first + cached_rows : rows;
    for_each_panel<T>(columns, [&](long column, int vectors) {
      for (long i = first; i < end; i += register_rows) {
        const int height = static_cast<int>(i + register_rows <= end ? register_rows : end - i);
        with_rows<register_rows>(height, [&]<int MR>() {
          const auto kernel = vectors == 2 ? tile_product<T, MR, 2> : tile_product<T, MR, 1>;
          kernel(depth, a + i * lda, lda, packed + column * depth, c + i * ldc + column, ldc, accumulate);
        });
      }
    });
  }
}

// C[rows, columns] (+)= A^T B over `depth` rows. B is not packed: a panel's rows stay in the first-level
// cache over all tiles.
template <class T>
void transposed_product(long rows, long columns, long depth, const T* a, long lda, const T* b, long ldb,
                        T* /*scratch*/, T* c, long ldc, bool accumulate) {
  for_each_panel<T>(columns, [&](long column, int vectors) {
    for (long i = 0; i < rows; i += register_rows) {
      const int height = static_cast<int>(i + register_rows <= rows ? register_rows : rows - i);
      with_rows<register_rows>(height, [&]<int MR>() {
        const auto kernel =
            vectors == 2 ? transposed_tile_product<T, MR, 2> : transposed_tile_product<T, MR, 1>;
        kernel(depth, a + i, lda, b + column, ldb, c + i * ldc + column, ldc, accumulate);
      });
    }
  });
}

// Nothing is rearranged.
template <class T>
long transposed_scratch_size(long /*depth*/, long /*rows*/, long /*columns*/) {
  return 0;
}

}  // namespace lnn::jets::native::LNN_ISA
