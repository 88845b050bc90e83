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
      for (int n = 0; n < 16; ++n) {
        float sum = real(tiles()[C][i][n]);
        for (int k = 0; k < 16; ++k) {
          sum += high(tiles()[A][i][k]) * high(tiles()[B][k][n]);
          sum += low(tiles()[A][i][k]) * low(tiles()[B][k][n]);
        }
        std::memcpy(&tiles()[C][i][n], &sum, sizeof(sum));
      }
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
