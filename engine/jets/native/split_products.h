// Products on a matrix unit that multiplies bfloat16: every float is split into two, x = hi + lo, and
//   x y = hi hi + hi lo + lo hi  (lo lo is below the rounding of the sum),
// so that a product costs three of the unit's and its relative error is about 1e-5.
//
// The unit is a template parameter with eight tiles of 16 rows of 64 bytes: AmxTiles on the processor,
// EmulatedTiles in tests on machines without one. Left operands are tiles of 16 rows x 32 numbers; right
// operands are tiles of 16 pairs of rows x 16 columns, the pair's numbers side by side; results are 16 x 16
// floats.
#pragma once

#include <cstdint>
#include <cstring>

#include "jets/native/kernels.h"

namespace lnn::jets::native {

template <class Tiles>
class SplitProducts {
 public:
  static long packed_size(long rows, long columns) {
    return blocks(columns, tile_columns) * blocks(rows, tile_depth) * floats_per_pair;
  }

  /// Packs B with B(k, n) = b[k * row_stride + n * column_stride] as [column block][depth block][hi, lo]
  /// tiles.
  static void pack(long rows, long columns, const float* b, long row_stride, long column_stride,
                   float* packed) {
    for (long n = 0; n < columns; n += tile_columns) {
      const long width = columns - n < tile_columns ? columns - n : tile_columns;
      for (long k = 0; k < rows; k += tile_depth, packed += floats_per_pair) {
        const long depth = rows - k < tile_depth ? rows - k : tile_depth;
        split_right(b + k * row_stride + n * column_stride, depth, width, row_stride, column_stride,
                    reinterpret_cast<std::uint16_t*>(packed));
      }
    }
  }

  /// C[rows, columns] (+)= A[rows, depth] B.
  static void product(long rows, long columns, long depth, const float* a, long lda, const float* packed,
                      float* c, long ldc, bool accumulate) {
    alignas(64) static thread_local float left[2 * depth_blocks_at_once * floats_per_pair];
    const long all_depth_blocks = blocks(depth, tile_depth);
    Tiles::configure();
    for (long row = 0; row < rows; row += block_rows) {
      const long height = rows - row < block_rows ? rows - row : block_rows;
      for (long first = 0; first < all_depth_blocks; first += depth_blocks_at_once) {
        const long count =
            all_depth_blocks - first < depth_blocks_at_once ? all_depth_blocks - first : depth_blocks_at_once;
        for (long half = 0; half < 2; ++half) {
          split_left_rows(a + (row + half * tile_rows) * lda, height - half * tile_rows, lda,
                          first * tile_depth, depth, count, left + half * count * floats_per_pair);
        }
        multiply_row_block(left, packed, first, count, all_depth_blocks, height, columns, c + row * ldc, ldc,
                           accumulate || first > 0);
      }
    }
    Tiles::release();
  }

  static long transposed_scratch_size(long depth, long rows, long columns) {
    return (blocks(rows, block_rows) * 2 + blocks(columns, tile_columns)) * blocks(depth, tile_depth) *
           floats_per_pair;
  }

  /// C[rows, columns] (+)= A^T B over `depth` rows.
  static void transposed_product(long rows, long columns, long depth, const float* a, long lda,
                                 const float* b, long ldb, float* scratch, float* c, long ldc,
                                 bool accumulate) {
    const long depth_blocks = blocks(depth, tile_depth);
    float* const right = scratch;
    float* const left = scratch + blocks(columns, tile_columns) * depth_blocks * floats_per_pair;
    pack(depth, columns, b, ldb, 1, right);
    pack(depth, rows, a, lda, 1, left);
    // A tile of pairs of rows, read as 16 x 16 pairs and transposed, is the left tile of A^T.
    for (long tile = 0; tile < blocks(rows, tile_rows) * depth_blocks * 2; ++tile) {
      transpose_pairs(reinterpret_cast<std::uint32_t*>(left) + tile * 256);
    }
    Tiles::configure();
    for (long row = 0; row < rows; row += block_rows) {
      const long height = rows - row < block_rows ? rows - row : block_rows;
      multiply_row_block(left + row / tile_rows * depth_blocks * floats_per_pair, right, 0, depth_blocks,
                         depth_blocks, height, columns, c + row * ldc, ldc, accumulate);
    }
    Tiles::release();
  }

  /// Multiplies small integers, which are exact in bfloat16, in shapes with partial tiles, and compares with
  /// plain loops: false on a unit, emulator or hypervisor that does not do what it claims.
  static bool works() {
    constexpr long rows = 40;
    constexpr long columns = 56;
    constexpr long depth = 72;
    constexpr long ld = 64;  // of C, whole tiles
    alignas(64) static float a[rows * depth];
    alignas(64) static float b[depth * columns];
    alignas(64) static float c[rows * ld];
    alignas(64) static float scratch[65536];
    static_assert(depth <= 3 * tile_depth && rows <= 2 * block_rows && columns <= 4 * tile_columns);
    for (long i = 0; i < rows * depth; ++i) a[i] = static_cast<float>(i % 7 - 3);
    for (long i = 0; i < depth * columns; ++i) b[i] = static_cast<float>(i % 5 - 2);
    // A(i, k) = a[i * depth + k] for the product, and stored with its rows and columns exchanged for the
    // other.
    const auto is_twice_the_product = [&](long row_stride, long column_stride) {
      for (long i = 0; i < rows; ++i) {
        for (long n = 0; n < columns; ++n) {
          float expected = 0;
          for (long k = 0; k < depth; ++k)
            expected += 2 * a[i * row_stride + k * column_stride] * b[k * columns + n];
          if (c[i * ld + n] != expected) return false;
        }
      }
      return true;
    };
    pack(depth, columns, b, columns, 1, scratch);
    product(rows, columns, depth, a, depth, scratch, c, ld, false);
    product(rows, columns, depth, a, depth, scratch, c, ld, true);
    if (!is_twice_the_product(depth, 1)) return false;
    transposed_product(rows, columns, depth, a, rows, b, columns, scratch, c, ld, false);
    transposed_product(rows, columns, depth, a, rows, b, columns, scratch, c, ld, true);
    return is_twice_the_product(1, rows);
  }

 private:
  static constexpr long tile_rows = 16;
  static constexpr long tile_columns = 16;
  static constexpr long tile_depth = 32;
  static constexpr long block_rows = 2 * tile_rows;
  static constexpr long tile_numbers = 512;     // bfloat16 in a tile
  static constexpr long floats_per_pair = 512;  // memory of a hi and a lo tile
  static constexpr long depth_blocks_at_once = 32;

  static long blocks(long n, long size) { return (n + size - 1) / size; }

  static std::uint16_t round_to_bfloat16(float x) {
    std::uint32_t bits;
    std::memcpy(&bits, &x, sizeof(bits));
    bits += 0x7FFFU + ((bits >> 16) & 1U);
    return static_cast<std::uint16_t>(bits >> 16);
  }
  static float widen(std::uint16_t x) {
    const std::uint32_t bits = static_cast<std::uint32_t>(x) << 16;
    float result;
    std::memcpy(&result, &bits, sizeof(result));
    return result;
  }
  static void split(float x, std::uint16_t& hi, std::uint16_t& lo) {
    hi = round_to_bfloat16(x);
    lo = round_to_bfloat16(x - widen(hi));
  }

  // One pair of right tiles; what lies outside depth x width is zero.
  static void split_right(const float* b, long depth, long width, long row_stride, long column_stride,
                          std::uint16_t* tiles) {
    if (depth < tile_depth || width < tile_columns)
      std::memset(tiles, 0, 2 * tile_numbers * sizeof(std::uint16_t));
    for (long k = 0; k < depth; ++k) {
      std::uint16_t* const hi = tiles + k / 2 * 32 + k % 2;
      for (long n = 0; n < width; ++n) {
        split(b[k * row_stride + n * column_stride], hi[2 * n], hi[tile_numbers + 2 * n]);
      }
    }
  }

  // Up to 16 rows of A from column `first` on, as `count` pairs of left tiles; what is missing is zero.
  static void split_left_rows(const float* a, long height, long lda, long first, long depth, long count,
                              float* left) {
    for (long block = 0; block < count; ++block, left += floats_per_pair) {
      auto* const tiles = reinterpret_cast<std::uint16_t*>(left);
      const long column = first + block * tile_depth;
      const long width = depth - column < tile_depth ? depth - column : tile_depth;
      if (height < tile_rows || width < tile_depth) {
        std::memset(tiles, 0, 2 * tile_numbers * sizeof(std::uint16_t));
      }
      for (long i = 0; i < tile_rows && i < height; ++i) {
        std::uint16_t* const hi = tiles + i * 32;
        for (long k = 0; k < width; ++k) split(a[i * lda + column + k], hi[k], hi[tile_numbers + k]);
      }
    }
  }

  static void transpose_pairs(std::uint32_t* tile) {
    alignas(64) std::uint32_t copy[256];
    std::memcpy(copy, tile, sizeof(copy));
    for (long i = 0; i < 16; ++i) {
      for (long k = 0; k < 16; ++k) tile[i * 16 + k] = copy[k * 16 + i];
    }
  }

  // Up to 32 rows of C: `left` holds `count` pairs of tiles for the first 16 rows, then for the others; the
  // right operand's depth blocks start at `first` of `all`.
  static void multiply_row_block(const float* left, const float* packed, long first, long count, long all,
                                 long height, long columns, float* c, long ldc, bool accumulate) {
    const long column_floats = all * floats_per_pair;
    const float* right = packed + first * floats_per_pair;
    long column = 0;
    for (; column + tile_columns < columns; column += 2 * tile_columns, right += 2 * column_floats) {
      multiply_tiles<2>(left, right, count, column_floats, height, c + column, ldc, accumulate);
    }
    if (column < columns)
      multiply_tiles<1>(left, right, count, column_floats, height, c + column, ldc, accumulate);
  }

  // Tiles 0 to 3 hold C (two row blocks x two column blocks), 4 and 5 the left side, 6 and 7 the right one.
  template <int Columns>
  static void multiply_tiles(const float* left, const float* right, long count, long column_floats,
                             long height, float* c, long ldc, bool accumulate) {
    constexpr bool two = Columns == 2;
    constexpr long lo = tile_numbers / 2;  // floats from a hi tile to its lo tile
    start_tile<0>(c, height, ldc, accumulate);
    start_tile<1>(c + tile_rows * ldc, height - tile_rows, ldc, accumulate);
    if constexpr (two) {
      start_tile<2>(c + tile_columns, height, ldc, accumulate);
      start_tile<3>(c + tile_rows * ldc + tile_columns, height - tile_rows, ldc, accumulate);
    }
    const float* lower = left + count * floats_per_pair;
    for (long k = 0; k < count;
         ++k, left += floats_per_pair, lower += floats_per_pair, right += floats_per_pair) {
      Tiles::template load<4>(left, 64);
      Tiles::template load<5>(lower, 64);
      Tiles::template load<6>(right + lo, 64);
      if constexpr (two) Tiles::template load<7>(right + column_floats + lo, 64);
      multiply<two>();  // hi lo
      Tiles::template load<6>(right, 64);
      if constexpr (two) Tiles::template load<7>(right + column_floats, 64);
      multiply<two>();  // hi hi
      Tiles::template load<4>(left + lo, 64);
      Tiles::template load<5>(lower + lo, 64);
      multiply<two>();  // lo hi
    }
    finish_tile<0>(c, height, ldc);
    finish_tile<1>(c + tile_rows * ldc, height - tile_rows, ldc);
    if constexpr (two) {
      finish_tile<2>(c + tile_columns, height, ldc);
      finish_tile<3>(c + tile_rows * ldc + tile_columns, height - tile_rows, ldc);
    }
  }

  template <bool Two>
  static void multiply() {
    Tiles::template multiply<0, 4, 6>();
    Tiles::template multiply<1, 5, 6>();
    if constexpr (Two) {
      Tiles::template multiply<2, 4, 7>();
      Tiles::template multiply<3, 5, 7>();
    }
  }

  template <int Tile>
  static void start_tile(const float* c, long height, long ldc, bool accumulate) {
    if (!accumulate || height <= 0) {
      Tiles::template zero<Tile>();
    } else if (height >= tile_rows) {
      Tiles::template load<Tile>(c, ldc * 4);
    } else {
      alignas(64) float part[256] = {};
      for (long i = 0; i < height; ++i) std::memcpy(part + i * 16, c + i * ldc, 64);
      Tiles::template load<Tile>(part, 64);
    }
  }

  template <int Tile>
  static void finish_tile(float* c, long height, long ldc) {
    if (height <= 0) return;
    if (height >= tile_rows) {
      Tiles::template store<Tile>(c, ldc * 4);
    } else {
      alignas(64) float part[256];
      Tiles::template store<Tile>(part, 64);
      for (long i = 0; i < height; ++i) std::memcpy(c + i * ldc, part + i * 16, 64);
    }
  }
};

/// `base` with its products on the unit of `Tiles`.
template <class Tiles>
Kernels<float> with_split_products(Kernels<float> base, const char* instruction_set) {
  using Products = SplitProducts<Tiles>;
  base.instruction_set = instruction_set;
  base.precision = "bf16x3";
  base.lanes = 16;  // columns of a tile, a multiple of every vector
  base.packed_size = Products::packed_size;
  base.pack = Products::pack;
  base.product = Products::product;
  base.transposed_scratch_size = Products::transposed_scratch_size;
  base.transposed_product = Products::transposed_product;
  return base;
}

}  // namespace lnn::jets::native
