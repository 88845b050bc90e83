#pragma once

#include <cstdint>
#include <cstring>

namespace lnn::jets::native {

/// The matrix unit's tiles in plain code, for tests of SplitProducts on any machine.
class EmulatedTiles {
 public:
  static void configure() {}
  static void release() {}

  template <int Tile>
  static void zero() {
    std::memset(tiles()[Tile], 0, sizeof(tiles()[Tile]));
  }
  template <int Tile>
  static void load(const void* from, long stride_bytes) {
    for (int i = 0; i < 16; ++i) {
      std::memcpy(tiles()[Tile][i], static_cast<const char*>(from) + i * stride_bytes, 64);
    }
  }
  template <int Tile>
  static void store(void* to, long stride_bytes) {
    for (int i = 0; i < 16; ++i) std::memcpy(static_cast<char*>(to) + i * stride_bytes, tiles()[Tile][i], 64);
  }
  /// C[i][n] += sum over the 16 pairs k of A[i][k] . B[k][n].
  template <int C, int A, int B>
  static void multiply() {
    for (int i = 0; i < 16; ++i) {
      float sums[16];
      std::memcpy(sums, tiles()[C][i], sizeof(sums));
      for (int k = 0; k < 16; ++k) {
        const float a_high = high(tiles()[A][i][k]);
        const float a_low = low(tiles()[A][i][k]);
        for (int n = 0; n < 16; ++n) {
          sums[n] += a_high * high(tiles()[B][k][n]) + a_low * low(tiles()[B][k][n]);
        }
      }
      std::memcpy(tiles()[C][i], sums, sizeof(sums));
    }
  }

 private:
  using Tile = std::uint32_t[16][16];

  static Tile* tiles() {
    static thread_local Tile all[8];
    return all;
  }
  static float real(std::uint32_t bits) {
    float x;
    std::memcpy(&x, &bits, sizeof(x));
    return x;
  }
  // The two bfloat16 numbers of a pair.
  static float low(std::uint32_t pair) { return real(pair << 16); }
  static float high(std::uint32_t pair) { return real(pair & 0xFFFF0000U); }
};

}  // namespace lnn::jets::native
