// The AVX-512 kernels with their products on the AMX unit.
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jets/native/split_products.h"

namespace lnn::jets::native {

namespace avx512 {
template <class T>
const Kernels<T>& kernel_table();
}

namespace {

// In assembly: GCC 12's intrinsics are macros that take literal tile numbers only and do not tell the
// compiler that they touch memory.
class AmxTiles {
 public:
  // oneDNN's and other libraries' kernels release the tile configuration, so it is set before every product.
  static void configure() {
    struct alignas(64) Configuration {
      std::uint8_t palette = 1;
      std::uint8_t start_row = 0;
      std::uint8_t reserved[14] = {};
      std::uint16_t bytes_per_row[16] = {64, 64, 64, 64, 64, 64, 64, 64};
      std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    static const Configuration configuration;
    asm volatile("ldtilecfg %0" ::"m"(configuration) : "memory");
  }
  static void release() { asm volatile("tilerelease" ::: "memory"); }

  template <int Tile>
  static void zero() {
    asm volatile("tilezero %%tmm%c0" ::"i"(Tile));
  }
  template <int Tile>
  static void load(const void* from, long stride_bytes) {
    asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(stride_bytes), "i"(Tile) : "memory");
  }
  template <int Tile>
  static void store(void* to, long stride_bytes) {
    asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(stride_bytes), "i"(Tile) : "memory");
  }
  template <int C, int A, int B>
  static void multiply() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(C), "i"(A), "i"(B));
  }
};

bool processor_has_amx() {
  unsigned eax = 0;
  unsigned ebx = 0;
  unsigned ecx = 0;
  unsigned edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  constexpr unsigned amx_bf16 = 1U << 22;
  constexpr unsigned amx_tile = 1U << 24;
  return (edx & amx_bf16) != 0 && (edx & amx_tile) != 0;
}

// Linux gives a process the tile registers only when it asks (since 5.16; older kernels refuse).
bool permission_granted() {
  constexpr long request_permission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long tile_data = 18;               // XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, request_permission, tile_data) == 0;
}

}  // namespace

bool amx_works() {
  static const bool works = processor_has_amx() && permission_granted() && SplitProducts<AmxTiles>::works();
  return works;
}

const Kernels<float>& amx_kernel_table() {
  static const Kernels<float> table = with_split_products<AmxTiles>(avx512::kernel_table<float>(), "amx");
  return table;
}

}  // namespace lnn::jets::native
